// Evens out the open file, one step of the history; a file with YAML errors stays as it is, and that is said.

import { fill } from '../../text/index.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

export async function formatActive(workspace: Workspace): Promise<void> {
  const { drafts, notice } = workspace;
  const path = drafts.activePath;
  let assist;
  try {
    assist = await import('../../manifests/assist/index.ts');
  } catch {
    notice.retell('format', () => workspace.ui.app.unreachable);
    return;
  }
  // As it is now: somebody may have typed meanwhile.
  const file = drafts.files.find((candidate) => candidate.path === path);
  if (file === undefined) return;
  const formatted = assist.formatYaml(file.text);
  if (formatted === undefined) {
    notice.retell('format', () => workspace.ui.editor.formatBroken);
    return;
  }
  drafts.edit(path, formatted, 'format');
  notice.retell('format', () => fill(workspace.ui.editor.formatted, { name: path }));
}

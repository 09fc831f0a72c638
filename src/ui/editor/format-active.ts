// Evens out the open file, one step of the history; a file with YAML errors stays as it is, and that is said.

import { fill } from '../../text/index.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

export async function formatActive(workspace: Workspace): Promise<void> {
  const { drafts, notice } = workspace;
  const file = drafts.active;
  if (file === undefined) return;
  const { formatYaml } = await import('../../manifests/assist/index.ts');
  const formatted = formatYaml(file.text);
  if (formatted === undefined) {
    notice.say(() => workspace.ui.editor.formatBroken);
    return;
  }
  drafts.edit(file.path, formatted, 'format');
  notice.say(() => fill(workspace.ui.editor.formatted, { name: file.path }));
}

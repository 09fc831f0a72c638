// Puts a text on the clipboard and says so.

import type { Workspace } from '../workspace/workspace.svelte.ts';

export async function copyText(workspace: Workspace, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    workspace.notice.say(() => workspace.ui.why.copied);
  } catch {
    // A page without a secure origin, or a reader who said no.
    workspace.notice.say(() => workspace.ui.why.notCopied);
  }
}

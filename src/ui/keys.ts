// The keys of the page in one table. They are silent inside fields, inside dialogs and while an input method composes, and
// the single ones can be switched off.

import type { Workspace } from './workspace/workspace.svelte.ts';

export interface KeyIntents {
  openHelp(): void;
  /** Moves the focus to the next or previous region. */
  cycleRegion(by: 1 | -1): void;
}

/** Acts on a key; whether it did. */
export function handleKey(event: KeyboardEvent, workspace: Workspace, intents: KeyIntents): boolean {
  // `Process`: an input method has the key, also in browsers that do not say isComposing.
  if (event.defaultPrevented || event.isComposing || event.key === 'Process') return false;
  const target = event.target instanceof Element ? event.target : undefined;
  if (isInside(target, 'dialog[open], [role=menu]')) return false;
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
    workspace.apply();
    return true;
  }
  if (event.key === 'F6') {
    intents.cycleRegion(event.shiftKey ? -1 : 1);
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isEditable(target)) return false;
  if (event.key === 'Escape') {
    workspace.selection.clear();
    return true;
  }
  if (!workspace.preferences.settings.hasSingleKeys) return false;
  return handleSingleKey(event, workspace, intents, target);
}

function handleSingleKey(
  event: KeyboardEvent,
  workspace: Workspace,
  intents: KeyIntents,
  target: Element | undefined,
): boolean {
  switch (event.key) {
    case ' ':
      // Space presses what has the focus.
      if (isInside(target, 'button, a, summary, [role=button], [role=tab], [role=treeitem], input, select'))
        return false;
      workspace.playhead.toggle();
      return true;
    case 'k':
    case 'K':
      workspace.playhead.toggle();
      return true;
    case '.':
      workspace.playhead.stepBy(1);
      return true;
    case ',':
      workspace.playhead.stepBy(-1);
      return true;
    case '>':
      workspace.playhead.faster(1);
      return true;
    case '<':
      workspace.playhead.faster(-1);
      return true;
    case 'Home':
      workspace.playhead.seek(0);
      return true;
    case 'End':
      workspace.playhead.seek(workspace.run.end);
      return true;
    case '?':
      intents.openHelp();
      return true;
    default:
      return false;
  }
}

function isInside(target: Element | undefined, selector: string): boolean {
  return target !== undefined && target.closest(selector) !== null;
}

function isEditable(target: Element | undefined): boolean {
  if (target === undefined) return false;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'range', 'button', 'submit'].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable) ||
    target.closest('.monaco-editor') !== null
  );
}

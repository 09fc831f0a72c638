// The keys of the page in one table, which the help prints. They are silent inside fields, inside dialogs and while an input method
// composes, and the single ones can be switched off.

import type { Texts } from '../text/index.ts';
import type { Workspace } from './workspace/workspace.svelte.ts';

/** What keys do that is not the workspace's. */
export interface KeyIntents {
  openHelp(): void;
  /** Moves the focus to the next or previous region. */
  cycleRegion(by: 1 | -1): void;
}

type Help = Texts['ui']['help'];
type Act = (workspace: Workspace, intents: KeyIntents) => void;

export interface KeyRow {
  /** As the help prints it. */
  shown(help: Help): string;
  readonly does: keyof Help;
  /** By the event's `key`: pressed alone, with the focus outside of fields. Keys of other places are only printed. */
  readonly single: Readonly<Record<string, Act>>;
}

const toggle: Act = (workspace) => workspace.playhead.toggle();

export const keyRows: readonly KeyRow[] = [
  { shown: () => 'Space, K', does: 'playPause', single: { ' ': toggle, k: toggle, K: toggle } },
  {
    shown: () => '.  ,',
    does: 'step',
    single: { '.': ({ playhead }) => playhead.stepBy(1), ',': ({ playhead }) => playhead.stepBy(-1) },
  },
  { shown: (help) => help.arrows, does: 'seek', single: {} },
  { shown: (help) => `Shift ${help.arrows}`, does: 'seekFine', single: {} },
  {
    shown: () => 'Home, End',
    does: 'startEnd',
    single: { Home: ({ playhead }) => playhead.seek(0), End: ({ playhead, run }) => playhead.seek(run.end) },
  },
  {
    shown: () => '>  <',
    does: 'faster',
    single: { '>': ({ playhead }) => playhead.faster(1), '<': ({ playhead }) => playhead.faster(-1) },
  },
  { shown: () => 'F6, Shift F6', does: 'region', single: {} },
  { shown: () => 'Ctrl Enter', does: 'apply', single: {} },
  { shown: () => 'Ctrl M', does: 'tabFocus', single: {} },
  { shown: () => 'Esc', does: 'escape', single: {} },
  { shown: () => '?', does: 'help', single: { '?': (_workspace, intents) => intents.openHelp() } },
];

const singleKeys: ReadonlyMap<string, Act> = new Map(keyRows.flatMap(({ single }) => Object.entries(single)));

/** Where Space presses what has the focus. */
const PRESSED_BY_SPACE = 'button, a, summary, [role=button], [role=tab], [role=treeitem], input, select';

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
  const act = workspace.preferences.settings.hasSingleKeys ? singleKeys.get(event.key) : undefined;
  if (act === undefined || (event.key === ' ' && isInside(target, PRESSED_BY_SPACE))) return false;
  act(workspace, intents);
  return true;
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

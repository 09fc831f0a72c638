// The keys of the page in one table, which the help prints. They are silent inside fields, inside dialogs and while an input method
// composes, and the single ones can be switched off.

import type { Texts } from '../text/index.ts';
import { themeAfter } from './theme.ts';
import type { Workspace } from './workspace/workspace.svelte.ts';

/** What keys do that is not the workspace's. */
export interface KeyIntents {
  openHelp(): void;
  /** Opens the ways to a time. */
  openTime(): void;
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
const goTo: Act = (_workspace, intents) => intents.openTime();
const loop: Act = (workspace) => workspace.travel.toggleLoop();
const fork: Act = (workspace) => workspace.fork();
const goOn: Act = (workspace) => workspace.withTime(({ breakpoints }) => breakpoints.goOn());
const breakpoints: Act = ({ dialogs }) => dialogs.show({ kind: 'breakpoints' });
const findRace: Act = ({ dialogs }) => dialogs.show({ kind: 'race' });
const compare: Act = ({ dialogs }) => dialogs.show({ kind: 'compare' });
const history: Act = ({ dialogs }) => dialogs.show({ kind: 'history' });
const disturb: Act = ({ dialogs }) => dialogs.show({ kind: 'intervene', mark: '' });
const restart: Act = (workspace) => workspace.askRestart();
const nextTheme: Act = ({ preferences }) => preferences.change({ theme: themeAfter(preferences.settings.theme) });
const fullScreen: Act = () => {
  // A browser may refuse; then the page stays as it is, which is what it shows.
  if (document.fullscreenElement === null) document.documentElement.requestFullscreen().catch(() => undefined);
  else void document.exitFullscreen();
};

export const keyRows: readonly KeyRow[] = [
  { shown: () => 'Space, K', does: 'playPause', single: { ' ': toggle, k: toggle, K: toggle } },
  {
    shown: () => '.  ,',
    does: 'step',
    single: { '.': ({ travel }) => travel.step(1), ',': ({ travel }) => travel.step(-1) },
  },
  {
    shown: () => 'N, Shift N',
    does: 'notable',
    single: { n: ({ travel }) => travel.toNotable(1), N: ({ travel }) => travel.toNotable(-1) },
  },
  {
    shown: () => ']  [',
    does: 'markers',
    single: { ']': ({ travel }) => travel.toMarker(1), '[': ({ travel }) => travel.toMarker(-1) },
  },
  { shown: (help) => help.arrows, does: 'seek', single: {} },
  { shown: (help) => `Shift ${help.arrows}`, does: 'seekFine', single: {} },
  { shown: () => '+  -', does: 'zoom', single: {} },
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
  { shown: () => 'G', does: 'goTo', single: { g: goTo, G: goTo } },
  { shown: () => 'L', does: 'loop', single: { l: loop, L: loop } },
  { shown: () => 'B', does: 'fork', single: { b: fork, B: fork } },
  { shown: () => 'C, Shift C', does: 'breakpoints', single: { c: goOn, C: breakpoints } },
  { shown: () => 'U', does: 'race', single: { u: findRace, U: findRace } },
  { shown: () => 'S', does: 'compare', single: { s: compare, S: compare } },
  { shown: () => 'H', does: 'history', single: { h: history, H: history } },
  { shown: () => 'X', does: 'disturb', single: { x: disturb, X: disturb } },
  { shown: () => 'R', does: 'restart', single: { r: restart, R: restart } },
  { shown: () => 'F', does: 'fullScreen', single: { f: fullScreen, F: fullScreen } },
  { shown: () => 'D', does: 'theme', single: { d: nextTheme, D: nextTheme } },
  { shown: () => 'F6, Shift F6', does: 'region', single: {} },
  { shown: () => 'Ctrl Enter', does: 'apply', single: {} },
  { shown: () => 'Ctrl Z, Ctrl Shift Z', does: 'undo', single: {} },
  { shown: () => 'Ctrl Space', does: 'complete', single: {} },
  { shown: () => 'Ctrl K Ctrl I', does: 'describe', single: {} },
  { shown: () => 'F8, Shift F8', does: 'nextProblem', single: {} },
  { shown: () => 'Shift Alt F', does: 'format', single: {} },
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
    workspace.deeds.apply();
    return true;
  }
  if (event.key === 'F6') {
    intents.cycleRegion(event.shiftKey ? -1 : 1);
    return true;
  }
  if (isEditable(target)) return false;
  const isUndo = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'z';
  if (isUndo || (event.ctrlKey && event.key === 'y')) {
    if (isUndo && !event.shiftKey) workspace.undo();
    else workspace.redo();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
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

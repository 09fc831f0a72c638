// What is looked at now, as a state to share; and a shared state, shown. Fetched when somebody shares or follows a link.
import { loadShareTexts } from '../../text/index.ts';
import { sameFiles } from '../editor/files.ts';
import type { PanelId } from '../workspace/panes.svelte.ts';
import type { SharingPage } from './page.ts';
import { lessonHref, sandboxHref } from '../route.ts';
import type { Compared, SharedState } from './link.ts';
import { decodeState, encodeState } from './link.ts';

/** The page's address with what is looked at now, from the `#` on; `compared`: what lies side by side over it. */
export async function hrefOfState(workspace: SharingPage, compared?: Compared): Promise<string> {
  const { lesson, preferences } = workspace;
  const place =
    lesson === undefined ? sandboxHref(preferences.language) : lessonHref(preferences.language, lesson.entry.id);
  const text = await encodeState(stateOf(workspace, compared), workspace.drafts.start);
  return `${place.replace(/\/?$/, '/')}${text}`;
}

/** All that there is to share of what is looked at now. */
export function stateOf(page: SharingPage, compared?: Compared): SharedState {
  const { drafts, futures, playhead, selection, panes } = page;
  const { source, forks, shown } = futures;
  return {
    mode: drafts.mode,
    schedule: source.schedule,
    luck: source.luck,
    source: source.manifests,
    edited: drafts.files,
    forks,
    shown,
    at: Math.round(playhead.t),
    record: selection.record < 0 ? undefined : selection.record,
    panel: panes.panel,
    compared,
  };
}

/** Shows what a link holds; the reader's own manifests come first where there are any, and can be brought back. */
export async function openShared(workspace: SharingPage, text: string): Promise<void> {
  const { drafts, notice, preferences } = workspace;
  const words = await loadShareTexts(preferences.language);
  const state = await decodeState(text, drafts.start);
  if (state === 'unreadable' || state === 'newer') {
    notice.say(() => words[state]);
    return;
  }
  const isNothingLost = drafts.isAtStart || sameFiles(drafts.files, state.edited);
  if (isNothingLost && workspace.futures.forks.length === 1) {
    show(workspace, state);
    return;
  }
  const run = (): void => {
    show(workspace, state);
    notice.say(() => words.opened, { label: () => workspace.ui.action.undo, run: () => workspace.undo() });
  };
  notice.say(
    () => words.kept,
    { label: () => words.show, run },
    () => true,
  );
}

function show(workspace: SharingPage, state: SharedState): void {
  workspace.drafts.take({ files: state.edited, mode: state.mode });
  runState(workspace, state);
}

/** Runs what a state holds, whatever is in the editor. */
export function runState(workspace: SharingPage, state: SharedState): void {
  const { futures, panes, dialogs } = workspace;
  const { mode, source: manifests, schedule, luck, forks, shown, at, record, panel, compared } = state;
  const { mesh: _mesh, schedule: _schedule, luck: _luck, ...scene } = futures.source;
  const source = {
    ...scene,
    manifests,
    ...(mode === 'labels' ? {} : { mesh: mode }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(luck === undefined ? {} : { luck }),
  };
  const [main, ...others] = forks;
  workspace.begin({ source, forks: [{ ...main, deeds: [] }, ...others], shown: 0 }, { isFresh: false, at });
  workspace.moments.lookFor({ at, record });
  const compare = (): void => {
    if (compared !== undefined) dialogs.show({ kind: 'compare', first: compared });
  };
  if (forks.some(({ deeds }) => deeds.length > 0) || shown !== 0)
    workspace.withTime((time) => {
      time.show({ source, forks, shown });
      compare();
    });
  else compare();
  if (panel !== undefined && panel in workspace.ui.panel) panes.panel = panel as PanelId; // a key of these, by the line above
}

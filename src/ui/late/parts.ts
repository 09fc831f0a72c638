// Every late part of the page but the inspector's panels, which are listed beside them. Also how all of them are loaded ahead.

import { panels } from '../inspector/panels.ts';
import { LatePart } from './late-part.svelte.ts';

export const inspector = new LatePart(() => import('../inspector/Inspector.svelte'));
export const lessonPane = new LatePart(() => import('../lesson/LessonPane.svelte'));
export const forkStrip = new LatePart(() => import('../time/ForkStrip.svelte'));
export const embedFoot = new LatePart(() => import('../share/EmbedFoot.svelte'));
export const tour = new LatePart(() => import('../tour/TourBar.svelte'));
export const welcomeBar = new LatePart(() => import('../tour/WelcomeBar.svelte'));
export const trouble = new LatePart(() => import('../panels/Trouble.svelte'));
export const manifestPane = new LatePart(() => import('../editor/ManifestPane.svelte'));

export const stageParts = {
  tip: new LatePart(() => import('../scene/StageTip.svelte')),
  list: new LatePart(() => import('../scene/StageTree.svelte')),
  signs: new LatePart(() => import('../scene/SignSheet.svelte')),
} as const;

export const dialogs = {
  help: new LatePart(() => import('../panels/HelpDialog.svelte')),
  reset: new LatePart(() => import('../panels/ResetDialog.svelte')),
  restart: new LatePart(() => import('../panels/RestartDialog.svelte')),
  time: new LatePart(() => import('../panels/TimeDialog.svelte')),
  send: new LatePart(() => import('../panels/SendDialog.svelte')),
  intervene: new LatePart(() => import('../panels/InterveneDialog.svelte')),
  breakpoints: new LatePart(() => import('../time/BreakpointsDialog.svelte')),
  differences: new LatePart(() => import('../time/DifferencesDialog.svelte')),
  race: new LatePart(() => import('../race/RaceDialog.svelte')),
  compare: new LatePart(() => import('../worlds/CompareDialog.svelte')),
  history: new LatePart(() => import('../history/HistoryDialog.svelte')),
  export: new LatePart(() => import('../export/ExportDialog.svelte')),
  lessons: new LatePart(() => import('../lesson/LessonsDialog.svelte')),
  fidelity: new LatePart(() => import('../panels/FidelityDialog.svelte')),
} as const;

/** Loads what a wide screen shows beside the stage. */
export async function loadPartsInView(): Promise<void> {
  await Promise.all([inspector, panels.why, manifestPane].map((part: LatePart<never>) => part.load()));
}

/**
 * Loads whatever is not there yet, while there is a network: one after the other, so that the page answers in between. What fails is
 * loaded when it is asked for, and says so then.
 */
export async function loadLateParts(): Promise<void> {
  for (const part of [
    inspector,
    manifestPane,
    lessonPane,
    forkStrip,
    trouble,
    tour,
    ...Object.values(stageParts),
    ...Object.values(panels),
    ...Object.values(dialogs),
  ]) {
    await part.load();
    await rest();
  }
}

/** Until the browser has nothing better to do; Safari does not tell when that is. */
function rest(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 1_000 });
    else setTimeout(resolve, 50);
  });
}

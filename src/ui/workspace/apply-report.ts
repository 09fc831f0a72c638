// What an Apply came to, in one notice: what the cluster took, what it refused, and what it keeps without acting on it. Fetched with the
// first Apply.

import type { Diagnostic, ManifestFile } from '../../manifests/index.ts';
import { fill, type Texts } from '../../text/index.ts';
import type { TraceRecord } from '../../trace/index.ts';
import { appliedCounts, deletedBy, formatInstant, type RunIndex } from '../../view/index.ts';
import { countRejected, notSimulatedKinds } from '../editor/rejections.ts';
import type { Notice } from './notice.svelte.ts';
import type { Playhead } from './playhead.svelte.ts';
import { PolicyReach } from './policy-reach.svelte.ts';
import type { RunLink } from './run-link.svelte.ts';

interface AppliedManifests {
  /** Microseconds of the run. */
  readonly at: number;
  readonly files: readonly ManifestFile[];
}

interface Answered extends AppliedManifests {
  /** What the API server said. */
  readonly diagnostics: readonly Diagnostic[];
  readonly input: TraceRecord<'input'>;
}

/** What the report needs of the page. */
export interface ReportPage {
  readonly run: RunLink;
  readonly playhead: Playhead;
  readonly notice: Notice;
  readonly ui: Texts['ui'];
  reach: PolicyReach | undefined;
  readonly deeds: {
    /** With what it did to the length of the run. */
    withGrowth(said: string): string;
  };
  askRestart(): void;
}

export class ApplyReport {
  readonly #page: ReportPage;
  readonly #applied: AppliedManifests;
  /** The input that was reported: what it created may still be coming in. */
  #reported: number | undefined;

  constructor(page: ReportPage, applied: AppliedManifests) {
    this.#page = page;
    this.#applied = applied;
    this.lookAgain();
  }

  /** There are new records: reports as soon as the engine has told what it did, and asks on for whom new policies pass by. */
  lookAgain(): void {
    const { run } = this.#page;
    const reach = (this.#page.reach ??= new PolicyReach(run));
    if (this.#reported === undefined) this.#report(reach);
    if (this.#reported !== undefined) reach.askPassedBy(this.#reported);
  }

  #report(reach: PolicyReach): void {
    const page = this.#page;
    const { index, info, firstApplied } = page.run;
    const input = firstApplied === undefined ? undefined : inputOf(index, this.#applied.at, firstApplied);
    if (input === undefined) return;
    this.#reported = input.id;
    const answered = { ...this.#applied, diagnostics: info?.diagnostics ?? [], input };
    // What has yet to happen is seen by playing on; what only new connections notice, by beginning again.
    const isPassedBy = (): boolean => reach.passedBy(input.id).length > 0;
    const action = {
      label: () => (isPassedBy() ? page.ui.editor.restart : page.ui.transport.play),
      run: () => {
        if (isPassedBy()) page.askRestart();
        else page.playhead.play();
      },
    };
    const said = (): string => page.deeds.withGrowth(reportOf(page.ui, { index, reach }, answered));
    page.notice.retell('deed', said, { action, stays: isPassedBy });
  }
}

function reportOf(
  ui: Texts['ui'],
  { index, reach }: { readonly index: RunIndex; readonly reach: PolicyReach },
  { at, files, diagnostics, input }: Answered,
): string {
  const { created, configured, deleted } = appliedCounts(input.detail);
  const rejected = countRejected(diagnostics, files);
  const gone = deletedBy(index, input.id);
  const kinds = notSimulatedKinds(diagnostics).join(', ');
  return [
    fill(ui.action.appliedCounts, {
      time: formatInstant(at),
      count: Number(created) + Number(configured),
      deleted,
      rejected: rejected === 0 ? '' : rejected,
    }),
    ...(gone.length === 0 ? [] : [fill(ui.action.appliedDeleted, { names: gone.join(', ') })]),
    ...(rejected === 0 ? [] : [ui.action.appliedRest]),
    ...reach.passedBy(input.id).map(({ policy, open }) => fill(ui.action.appliedPassedBy, { policy, count: open })),
    ...(kinds === '' ? [] : [fill(ui.action.appliedNotSimulated, { kinds })]),
  ].join(' ');
}

/** The record of the apply; undefined while the engine has not told of it. */
function inputOf(index: RunIndex, at: number, first: number): TraceRecord<'input'> | undefined {
  return index.milestones.inputs
    .map((id) => index.trace.getAs(id, 'input'))
    .findLast((input) => input.action === 'apply' && input.at === at && input.id >= first);
}

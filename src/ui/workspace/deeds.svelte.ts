// What somebody does to the running world by hand: manifests that are applied, pods killed, faults, requests. It is done where the playhead
// stands, in the fork that is shown; what came before stays, what follows is computed anew.

import type { Action, Deed, Intervention } from '../../scenario/port.ts';
import { fill } from '../../text/index.ts';
import { type AnyEntityId, formatInstant } from '../../view/index.ts';
import type { TimePage } from '../time/page.ts';
import type { TimeSession } from '../time/session.svelte.ts';
import type { ApplyReport, ReportPage } from './apply-report.ts';
import { forkShown, withDeed } from './futures.ts';

export interface RequestIntent {
  readonly pod: AnyEntityId;
  readonly url: string;
  readonly count: number;
  readonly method: string;
}

/** What deeds need of the page. */
interface DeedsPage extends TimePage, ReportPage {
  readonly time: TimeSession | undefined;
}

export class Deeds {
  readonly #page: DeedsPage;
  /** Tells what the last Apply came to: fetched with the first of them. */
  #report: ApplyReport | undefined;
  /** Where the run ends since the last deed, if that made it longer, in microseconds. */
  #grewTo: number | undefined;

  constructor(page: DeedsPage) {
    this.#page = page;
  }

  /** kubectl apply at the present instant: what came before stays, what follows is computed anew. */
  apply(): void {
    if (this.#page.run.phase.kind !== 'running' || !this.#page.drafts.isEdited) return;
    const at = this.#page.playhead.halt();
    const { files } = this.#page.drafts;
    this.#report = undefined;
    this.#act(at, { kind: 'apply', manifests: files }, () =>
      fill(this.#page.ui.action.applied, { time: formatInstant(at) }),
    );
    const { futures } = this.#page;
    import('./apply-report.ts').then(
      ({ ApplyReport }) => {
        if (this.#page.futures === futures) this.#report = new ApplyReport(this.#page, { at, files });
      },
      () => undefined, // without a network it is still said that it was applied
    );
  }

  killPod(pod: AnyEntityId): void {
    const entry = this.#page.run.index.cluster.pods.get(pod);
    if (entry === undefined) return;
    const at = this.#page.playhead.halt();
    const said = (): string => fill(this.#page.ui.action.killed, { pod: entry.name, time: formatInstant(at) });
    this.#act(at, { kind: 'kill-pod', namespace: entry.namespace, name: entry.name }, said);
  }

  /** Does something to the running world now; `said`: what the page says of it. */
  intervene(intervention: Intervention, said: (time: string) => string): void {
    const at = this.#page.playhead.halt();
    this.#act(at, { kind: 'intervene', intervention }, () => said(formatInstant(at)));
  }

  /** What was done in the fork that is shown, in order of time. */
  get done(): readonly Deed[] {
    return forkShown(this.#page.futures).deeds;
  }

  /** What was done to the running world up to now. */
  get interventions(): readonly Intervention[] {
    return this.done.flatMap(({ at, action }) =>
      action.kind === 'intervene' && at <= this.#page.playhead.t ? [action.intervention] : [],
    );
  }

  sendRequest({ pod, url, count, method }: RequestIntent): void {
    const entry = this.#page.run.index.cluster.pods.get(pod);
    if (entry === undefined) return;
    const at = this.#page.playhead.halt();
    const from = { namespace: entry.namespace, pod: entry.name };
    const said = (): string => fill(this.#page.ui.action.sent, { pod: entry.name, count, time: formatInstant(at) });
    this.#act(at, { kind: 'send-request', from, url, count, method }, said);
  }

  /** Does something at `at`; near its end the run grows, so that what follows can be seen. */
  #act(at: number, action: Action, said: () => string): void {
    const { end } = this.#page.run;
    const before = this.#page.drafts.edited;
    const futures = withDeed(this.#page.futures, { at, action });
    if (action.kind === 'apply') this.#page.drafts.markApplied();
    // While another future is on its way, this is done in that one.
    if (this.#page.time?.isUnderWay === true) this.#page.time.show(futures);
    else {
      this.#page.futures = futures;
      this.#page.run.act(at, action);
    }
    this.#page.drafts.record({ kind: action.kind, at }, before);
    this.#grewTo = this.#page.run.end > end ? this.#page.run.end : undefined;
    this.#page.notice.retell('deed', () => this.withGrowth(said()));
  }

  /** With what it did to the length of the run. */
  withGrowth(said: string): string {
    if (this.#grewTo === undefined) return said;
    const grew = fill(this.#page.ui.action.grew, { end: this.#grewTo / 1_000_000 });
    return this.#page.preferences.language === 'ja' ? `${said}${grew}` : `${said} ${grew}`;
  }

  /** What a Restart would forget: Applies are no part of it, because the manifests stay. */
  get counts(): { readonly kills: number; readonly faults: number; readonly requests: number } {
    const actions = this.#page.futures.forks.flatMap(({ deeds }) => deeds.map(({ action }) => action));
    return {
      kills: actions.filter(({ kind }) => kind === 'kill-pod').length,
      faults: actions.filter(({ kind }) => kind === 'intervene').length,
      requests: actions.reduce((sum, action) => sum + (action.kind === 'send-request' ? action.count : 0), 0),
    };
  }

  /** The run has new records. */
  lookAgain(): void {
    this.#report?.lookAgain();
  }

  /** Another run is looked at. */
  forget(): void {
    this.#report = undefined;
  }
}

// A probe of a running container: looks every period, counts, and tells the container when its verdict changes.
// Source: kubernetes/kubernetes@v1.34: pkg/kubelet/prober/worker.go.
import type { Context, EntityId, EntityType, Instant, TimerId } from '../../kernel/index.ts';
import { exactly, GONE, micros } from '../../kernel/index.ts';
import { statedSeconds } from '../stated-seconds.ts';
import type { ProcessEvent } from '../../host/index.ts';
import type { Container, Probe } from '../../manifests/index.ts';
import { recordEvent } from '../event.ts';
import { probeFirst, probeInitialDelay, probePeriod, probePeriodUndecided } from '../facts.ts';
import type { Check, CheckEvent, OpenCheck } from './check.ts';
import { beginCheck, continueCheck, endCheck } from './check.ts';
import type { ContainerMessage, ProbeKind, Subject } from './messages.ts';

/** Probes without a verdict after which a run counts as settled all the same. */
const UNDECIDED_MAX = 30;

export interface Prober {
  readonly subject: Subject;
  readonly container: Container;
  readonly process: EntityId<ProcessEvent>;
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly check: Check;
  /** Start of the container's process: initialDelaySeconds count from there. */
  readonly since: Instant;
  readonly open: OpenCheck | undefined;
  readonly timer: TimerId | undefined;
  /** The last look, and how many in a row came out like it. */
  readonly last: boolean | undefined;
  readonly streak: number;
  /** What the container was told last; undefined: nothing yet. */
  readonly verdict: boolean | undefined;
  readonly looks: number;
}

export type ProberMessage =
  | CheckEvent
  | { readonly type: 'begin' }
  | { readonly type: 'warm' }
  | { readonly type: 'look' }
  | { readonly type: 'end' };

const proberType: EntityType<Prober, ProberMessage> = {
  name: 'kube.probe',
  handle(prober, message, ctx) {
    const self = ctx.self as EntityId<ProberMessage>;
    switch (message.type) {
      case 'begin': {
        const delay = statedSeconds(prober.probe.initialDelaySeconds ?? 0) - (ctx.now - prober.since);
        if (delay <= 0) return { ...prober, timer: ctx.timer(probeFirst, self, { type: 'look' }) };
        return {
          ...prober,
          timer: ctx.timer(exactly(probeInitialDelay, micros(delay)), self, { type: 'warm' }),
        };
      }
      case 'warm':
        return { ...prober, timer: ctx.timer(probeFirst, self, { type: 'look' }) };
      case 'look':
        return look(ctx, prober);
      case 'end':
        if (prober.timer !== undefined) ctx.cancel(prober.timer);
        if (prober.open !== undefined) endCheck(ctx, prober.open);
        return GONE;
      default: {
        if (prober.open === undefined) return prober;
        const result = continueCheck(ctx, prober.subject, prober.open, message);
        return result === undefined ? prober : judge(ctx, { ...prober, open: undefined }, result);
      }
    }
  },
};

/** What makes a prober. */
export type ProberSpec = Pick<Prober, 'subject' | 'container' | 'process' | 'kind' | 'probe' | 'check' | 'since'>;

/** Starts a probe of a container that runs. */
export function startProber(ctx: Context, path: string, spec: ProberSpec): EntityId<ProberMessage> {
  const prober = ctx.create(proberType, path, {
    ...spec,
    open: undefined,
    timer: undefined,
    last: undefined,
    streak: 0,
    verdict: undefined,
    looks: 0,
  });
  ctx.tell(prober, { type: 'begin' });
  return prober;
}

function look(ctx: Context, prober: Prober): Prober {
  const period = exactly(
    isUndecided(prober) ? probePeriodUndecided : probePeriod,
    statedSeconds(prober.probe.periodSeconds),
  );
  const timer = ctx.timer(period, ctx.self as EntityId<ProberMessage>, { type: 'look' });
  if (prober.open !== undefined) return { ...prober, timer };
  const { process, container, probe } = prober;
  const open = beginCheck(ctx, prober.subject, prober.check, {
    purpose: prober.kind,
    process,
    container,
    timeoutSeconds: probe.timeoutSeconds,
  });
  return { ...prober, timer, open, looks: prober.looks + 1 };
}

/** Liveness is taken as given until it fails; the others decide whether a pod becomes ready at all. */
function isUndecided(prober: Prober): boolean {
  if (prober.kind === 'liveness') return false;
  return (
    prober.verdict !== true &&
    prober.looks < (prober.kind === 'startup' ? prober.probe.failureThreshold : UNDECIDED_MAX)
  );
}

function judge(ctx: Context, prober: Prober, result: { readonly isGood: boolean; readonly detail: string }): Prober {
  const { subject, kind, probe } = prober;
  const { isGood, detail } = result;
  if (!isGood) recordEvent(ctx, subject.pod.resource, 'Unhealthy', `${titles[kind]} probe failed: ${detail}`, true);
  const streak = isGood === prober.last ? prober.streak + 1 : 1;
  const next = { ...prober, last: isGood, streak };
  if (streak < (isGood ? probe.successThreshold : probe.failureThreshold) || isGood === prober.verdict) return next;
  ctx.tell(subject.container as EntityId<ContainerMessage>, { type: 'probed', run: subject.run, probe: kind, isGood });
  return { ...next, verdict: isGood };
}

const titles: Readonly<Record<ProbeKind, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
};

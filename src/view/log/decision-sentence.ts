// How a decision is told: by the point at which it was made.

import type { DecisionInput, TraceRecord } from '../../trace/index.ts';
import { entityName } from '../run/names.ts';
import type { RunIndex } from '../run/run-index.ts';
import { outcomeOf } from '../why/outcome.ts';
import { originLabel } from './origin.ts';
import { aside, say, type Sentence, type SentenceKey } from './say.ts';

const keys: Readonly<Record<string, SentenceKey>> = {
  'ztunnel.outbound': 'decision.outbound',
  'ztunnel.inbound': 'decision.inbound',
  'envoy.listener': 'decision.listener',
  'envoy.route': 'decision.route',
  'envoy.endpoint': 'decision.endpoint',
  'envoy.chain': 'decision.chain',
  'envoy.auth': 'decision.authz',
  'envoy.fault': 'decision.fault',
  'envoy.rate-limit': 'decision.rate-limit',
  'envoy.drain': 'decision.drain',
  'envoy.codec': 'decision.codec',
  'envoy.proxy-header': 'decision.proxy-header',
};
/** Outcomes of sidecar injection: rules of the injector by which a pod gets none. */
const WITHOUT_SIDECAR: ReadonlySet<string> = new Set([
  'injection.host-network',
  'injection.ignored-namespace',
  'injection.opted-out',
  'injection.never-selector',
  'injection.policy-disabled',
  'injection.not-a-pod',
]);

export function decisionSentence(record: TraceRecord<'decision'>, index: RunIndex): Sentence {
  const { point, subject, chosen, origin, input } = record;
  const params = { subject: entityName(index, subject), chosen, line: aside(originLabel(origin)) };
  switch (point) {
    case 'scheduler':
      return say(chosen === 'none' ? 'decision.unscheduled' : 'decision.scheduler', {
        ...params,
        object: textOf(input, 'pod'),
      });
    case 'admission':
      return say(admissionKey(chosen), { ...params, ...admissionParams(input) });
    case 'cni.enrolment':
      return say(chosen === 'ambient' ? 'decision.enrolled' : 'decision.not-enrolled', params);
    case 'kube-proxy':
      return say(chosen === 'reject' ? 'decision.no-endpoint' : 'decision.kube-proxy', params);
    default: {
      const outcome = outcomeOf(point, chosen);
      // `deny` is a word of authorization alone: without a way on there is just a reason.
      return say(keys[point] ?? 'decision.other', {
        ...params,
        point,
        chosen: outcome.kind === 'fails' ? outcome.text : chosen,
      });
    }
  }
}

function admissionKey(chosen: string): SentenceKey {
  if (!chosen.startsWith('injection.')) return 'decision.webhook';
  return WITHOUT_SIDECAR.has(chosen) ? 'decision.not-injected' : 'decision.injected';
}

function admissionParams(input: DecisionInput): { readonly object: string; readonly webhook: string } {
  const object = textOf(input, 'object');
  return { object: object.slice(object.indexOf('/') + 1), webhook: textOf(input, 'webhook') };
}

function textOf(input: DecisionInput, name: string): string {
  const value = input[name];
  return typeof value === 'string' ? value : '';
}

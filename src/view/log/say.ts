// Which sentences there are, and what one consists of. The words stand in the text room, under the same keys, in every language.

import type { ChoiceKey } from './choice.ts';
import type { StateKey } from './lives.ts';

export type SentenceKey =
  | 'node'
  | 'pod.ready'
  | 'pod.scheduled'
  | 'pod.running'
  | 'pod.succeeded'
  | 'pod.failed'
  | 'pod.gone'
  | 'pod.phase'
  | 'container.waiting'
  | 'container.running'
  | 'container.exited'
  | 'netns.pod'
  | 'netns.node'
  | 'process.started'
  | 'process.signalled'
  | 'process.exited'
  | 'process.other'
  | 'listener.open'
  | 'listener.closed'
  | 'rules.set'
  | 'rules.removed'
  | StateKey
  | ChoiceKey
  | 'object.created'
  | 'object.updated'
  | 'object.deleted'
  | 'object.rejected'
  | 'object.other'
  | 'event.normal'
  | 'event.warning'
  | 'endpoints'
  | 'connection.direct'
  | 'connection.redirected'
  | 'accepted'
  | 'captured'
  | 'packet.handshake'
  | 'packet.plaintext'
  | 'packet.encrypted'
  | 'dropped'
  | 'secured.mutual'
  | 'secured.server'
  | 'failed'
  | 'closed.fin'
  | 'closed.rst'
  | 'dns.found'
  | 'dns.missing'
  | 'request'
  | 'response.ok'
  | 'response.failed'
  | 'served'
  | 'served.peer'
  | 'decision.scheduler'
  | 'decision.unscheduled'
  | 'decision.injected'
  | 'decision.not-injected'
  | 'decision.webhook'
  | 'decision.enrolled'
  | 'decision.not-enrolled'
  | 'decision.kube-proxy'
  | 'decision.no-endpoint'
  | 'decision.outbound'
  | 'decision.inbound'
  | 'decision.listener'
  | 'decision.route'
  | 'decision.endpoint'
  | 'decision.chain'
  | 'decision.authz'
  | 'decision.fault'
  | 'decision.rate-limit'
  | 'decision.drain'
  | 'decision.codec'
  | 'decision.proxy-header'
  | 'decision.other'
  | 'log'
  | 'push'
  | 'configured'
  | 'certificate.requested'
  | 'certificate.issued'
  | 'certificate.refused'
  | 'certificate.expired'
  | 'certificate.forgotten'
  | 'certificate.other'
  | 'input.apply'
  | 'input.delete'
  | 'input.kill'
  | 'input.request'
  | `input.${Fault}`
  | 'input.missing'
  | 'input.other'
  | 'marker';

/** What is done to a running world: the record's action. */
export const faults = [
  'restart',
  'pause',
  'slow',
  'cordon',
  'uncordon',
  'drain',
  'reboot',
  'lose',
  'skew',
  'delay',
  'drop',
  'duplicate',
  'partition',
  'expire',
  'condition',
  'heal',
  'scale',
  'roll',
  'upgrade',
] as const;
type Fault = (typeof faults)[number];

export interface Sentence {
  readonly key: SentenceKey;
  readonly params: Readonly<Record<string, string>>;
}

export function say(key: SentenceKey, params: Readonly<Record<string, string>>): Sentence {
  return { key, params };
}

/** A remark in brackets, or nothing. */
export function aside(text: string): string {
  return text === '' ? '' : `(${text})`;
}

// One sentence per record: which sentence, and the names and figures in it. The words themselves live in the text room, in every
// language. A kind of record without a teller, and a teller whose sentence has no words, are type errors.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { RecordKind, TraceRecord } from '../../trace/index.ts';
import { formatInstant, formatSpan } from '../format.ts';
import { connectionEnds, entityName, netnsName, nodeName, podName, processName } from '../run/names.ts';
import type { RunIndex } from '../run/run-index.ts';
import { labelOf } from '../wire/message.ts';
import { decisionSentence } from './decision-sentence.ts';
import { inputSentence } from './input-sentence.ts';
import { stateKeyOf } from './lives.ts';
import { originLabel } from './origin.ts';
import { aside, say, type Sentence } from './say.ts';

type Teller<K extends RecordKind> = (record: TraceRecord<K>, index: RunIndex) => Sentence;

const phaseKeys: Readonly<Record<string, 'pod.succeeded' | 'pod.failed' | 'pod.gone'>> = {
  Succeeded: 'pod.succeeded',
  Failed: 'pod.failed',
  Gone: 'pod.gone',
};

const tellers: { readonly [K in RecordKind]: Teller<K> } = {
  node: ({ name, zone }) => say('node', { node: name, zone: aside(zone) }),
  pod: ({ namespace, name, node, phase, ready }, index) => {
    const place = node < 0 ? '' : nodeName(index, node);
    if (ready) return say('pod.ready', { pod: name, namespace, node: place });
    if (phase === 'Pending' && node >= 0) return say('pod.scheduled', { pod: name, namespace, node: place });
    if (phase === 'Running') return say('pod.running', { pod: name, namespace, node: place });
    return say(phaseKeys[phase] ?? 'pod.phase', { pod: name, namespace, phase, node: aside(place) });
  },
  container: ({ pod, name, state, reason, exitCode, restarts }, index) => {
    const params = { container: name, pod: podName(index, pod), restarts: String(restarts) };
    if (state === 'running') return say('container.running', params);
    if (state === 'terminated')
      return say('container.exited', { ...params, code: String(exitCode), reason: aside(reason) });
    return say('container.waiting', { ...params, reason: reason === '' ? state : reason });
  },
  netns: ({ pod, node, address }, index) =>
    pod < 0
      ? say('netns.node', { node: nodeName(index, node), address })
      : say('netns.pod', { pod: podName(index, pod), node: nodeName(index, node), address }),
  process: ({ process, event, detail }, index) => {
    const params = { process: processName(index, process), detail: aside(detail), event };
    switch (event) {
      case 'started':
        return say('process.started', params);
      case 'signalled':
        return say('process.signalled', params);
      case 'exited':
        return say('process.exited', params);
      default:
        return say('process.other', params);
    }
  },
  listener: ({ process, netns, port, open }, index) =>
    say(open ? 'listener.open' : 'listener.closed', {
      process: processOnly(index, process),
      place: netnsName(index, netns),
      port: String(port),
    }),
  rules: ({ netns, set, rules }, index) =>
    say(rules > 0 ? 'rules.set' : 'rules.removed', { place: netnsName(index, netns), set, count: String(rules) }),
  state: ({ entity, machine, from, to }, index) =>
    say(stateKeyOf(machine, to), { ...lifeName(index, entity, machine), machine, from, to }),
  object: ({ verb, resource, namespace, name, actor, origin, status }) => {
    const params = {
      object: `${resource} ${namespace === '' ? name : `${namespace}/${name}`}`,
      actor,
      line: aside(originLabel(origin)),
      status,
      verb,
    };
    switch (verb) {
      case 'create':
      case 'created':
        return say('object.created', params);
      case 'update':
      case 'updated':
      case 'patch':
        return say('object.updated', params);
      case 'delete':
      case 'deleted':
        return say('object.deleted', params);
      case 'reject':
      case 'rejected':
        return say('object.rejected', params);
      default:
        return say('object.other', params);
    }
  },
  event: ({ resource, namespace, name, reason, message, warning }) =>
    say(warning ? 'event.warning' : 'event.normal', {
      object: `${resource} ${namespace === '' ? name : `${namespace}/${name}`}`,
      reason,
      message,
    }),
  endpoints: ({ consumer, service, ready, total }) =>
    say('endpoints', { consumer, service, ready: String(ready), total: String(total) }),
  connection: ({ connection, source, destination, dialled }, index) =>
    say(dialled === destination ? 'connection.direct' : 'connection.redirected', {
      process: connectionEnds(index, connection).client,
      source,
      destination,
      dialled,
    }),
  accepted: ({ port, connection }, index) => {
    const { client, server } = connectionEnds(index, connection);
    return say('accepted', { process: server, port: String(port), client });
  },
  captured: ({ connection, netns, rule, port }, index) =>
    say('captured', {
      rule,
      place: netnsName(index, netns),
      port: String(port),
      client: connectionEnds(index, connection).client,
    }),
  packet: ({ connection, toServer, message, encrypted, duration }, index) => {
    const { client, server } = connectionEnds(index, connection);
    const { title } = labelOf(message);
    const params = {
      from: toServer ? client : server,
      to: toServer ? server : client,
      message: title,
      span: formatSpan(duration),
    };
    if (message.layer === 'tcp' || message.layer === 'tls') return say('packet.handshake', params);
    return say(encrypted ? 'packet.encrypted' : 'packet.plaintext', params);
  },
  dropped: ({ connection, reason }, index) => say('dropped', { reason, ...connectionEnds(index, connection) }),
  secured: ({ alpn, client, server, connection }, index) => {
    const ends = connectionEnds(index, connection);
    const params = {
      alpn: alpn === '' ? '-' : alpn,
      clientId: client,
      serverId: server === '' ? ends.server : server,
      client: ends.client,
      server: ends.server,
    };
    return say(client === '' ? 'secured.server' : 'secured.mutual', params);
  },
  failed: ({ connection, reason, detail }, index) =>
    say('failed', { reason, detail: aside(detail), ...connectionEnds(index, connection) }),
  closed: ({ connection, how, byServer, reason }, index) => {
    const { client, server } = connectionEnds(index, connection);
    return say(how === 'RST' ? 'closed.rst' : 'closed.fin', {
      by: byServer ? server : client,
      other: byServer ? client : server,
      reason: aside(reason),
    });
  },
  dns: ({ process, name, answer }, index) =>
    say(answer === '' ? 'dns.missing' : 'dns.found', { process: processName(index, process), name, answer }),
  request: ({ id, process, method, url }, index) =>
    say('request', { number: String(id), process: processName(index, process), method, url }),
  response: ({ request, result, ok, latency, detail }) =>
    say(ok ? 'response.ok' : 'response.failed', {
      number: String(request),
      result,
      latency: formatSpan(latency),
      detail: aside(detail),
    }),
  served: ({ request, process, status, peer }, index) =>
    say(peer === '' ? 'served' : 'served.peer', {
      number: String(request),
      process: processName(index, process),
      status: String(status),
      peer,
    }),
  decision: (record, index) => decisionSentence(record, index),
  log: ({ process, line }, index) => say('log', { process: processName(index, process), line }),
  push: ({ revision, reason, proxies }) =>
    say('push', { revision: String(revision), reason, proxies: String(proxies) }),
  configured: ({ process, revision, what }, index) =>
    say('configured', { process: processName(index, process), revision: String(revision), what }),
  certificate: ({ process, identity, event, detail }, index) => {
    const params = { process: processName(index, process), identity, event, detail: aside(detail) };
    switch (event) {
      case 'requested':
        return say('certificate.requested', params);
      case 'issued':
        return say('certificate.issued', params);
      case 'refused':
        return say('certificate.refused', params);
      case 'expired':
        return say('certificate.expired', params);
      case 'forgotten':
        return say('certificate.forgotten', params);
      default:
        return say('certificate.other', params);
    }
  },
  input: (record) => inputSentence(record),
  marker: ({ name, at }) => say('marker', { name, at: formatInstant(at) }),
};

/** The sentence of a record. */
export function sentenceOf(index: RunIndex, id: number): Sentence {
  const record = index.trace.get(id);
  const tell = tellers[record.kind] as Teller<RecordKind>; // the table has the teller of each kind under its name
  return tell(record, index);
}

function processOnly(index: RunIndex, process: AnyEntityId): string {
  return index.hosts.processes.get(process)?.program ?? entityName(index, process);
}

/** Whose life it is, `thing`, and which part of it, `part`. A path names what a thing stands in: `pod/shop/web-4kx2p/envoy`. */
function lifeName(
  index: RunIndex,
  entity: AnyEntityId,
  machine: string,
): { readonly thing: string; readonly part: string } {
  const steps = index.trace.entity(entity).path.split('/');
  if (machine === 'kube.container') return { thing: `${steps.at(-1) ?? ''} @ ${steps.at(-2) ?? ''}`, part: '' };
  // load-balancer/NAMESPACE/SERVICE~0/PORT/ADDRESS@INSTANT
  if (machine === 'kube.load-balancer-target') {
    const [, namespace = '', service = '', , address = ''] = steps;
    return { thing: address.replace(/@.*/, ''), part: `${namespace}/${service.replace(/~.*/, '')}` };
  }
  const at = steps.indexOf('certificate');
  return { thing: entityName(index, entity), part: at < 0 ? '' : steps.slice(at + 1).join('/') };
}

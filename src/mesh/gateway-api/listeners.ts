// Listeners: what istiod makes of each listener of a Gateway or a ListenerSet, and which of them contradict each other.
// Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go buildListener, gatewaycommon/{conversion,listener_conflict}.go at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { FrontendTls, GatewayListener, GatewayResource, ListenerSetResource } from '../../manifests/index.ts';
import { GATEWAY_API_GROUP } from '../../manifests/index.ts';
import type { GatewayClassInfo } from './classes.ts';
import { met, type Outcome, type Outcomes, type Problem, unmet } from './conditions.ts';
import { readListenerTls, type ServerTls } from './listener-tls.ts';
import type { GatewayApiView } from './view.ts';

/** What may have listeners. */
export type ListenerSource = StoredObject<GatewayResource> | StoredObject<ListenerSetResource>;

/** A listener as read. */
export interface ListenerState {
  readonly source: ListenerSource;
  /** Its place in `spec.listeners` of its source. */
  readonly index: number;
  /** With its port filled in, where the protocol says which. */
  readonly listener: GatewayListener;
  /** Kinds of the Gateway API's group. */
  readonly supportedKinds: readonly string[];
  readonly outcomes: Outcomes;
  /** `namespace/host` of what it serves; `*` is every namespace, `~` none. */
  readonly hosts: readonly string[];
  readonly tls: ServerTls | undefined;
  /** Nothing hinders it: proxies get it. */
  readonly isProgrammed: boolean;
  /** It has a place at the proxy, if it is programmed: it is counted among the ports, and routes may attach to it. */
  readonly isServed: boolean;
}

/** Of the source `namespace/name` (with its kind in front) and the listener's name: why it has to give way. */
export type ListenerConflicts = ReadonlyMap<string, string>;

export function readListener(
  view: GatewayApiView,
  gateway: StoredObject<GatewayResource>,
  source: ListenerSource,
  index: number,
  options: { readonly classInfo: GatewayClassInfo; readonly conflicts: ListenerConflicts },
): ListenerState | undefined {
  const stated = source.resource.spec.listeners[index];
  if (stated === undefined) return undefined;
  const listener = withPort(stated);
  const conflict = options.conflicts.get(conflictKey(source, listener.name));
  const state = { source, index, listener, hosts: hostsOf(view, source, listener), tls: undefined };
  const { kinds, areValid } = supportedKindsOf(view, listener);
  const refused: Outcomes = areValid
    ? {}
    : { ResolvedRefs: unmet({ reason: 'InvalidRouteKinds', message: 'Invalid route kinds' }) };
  if (conflict !== undefined) {
    const outcomes = { ...conflicting(conflict), ...refused };
    return { ...state, supportedKinds: kinds, outcomes, isProgrammed: false, isServed: false };
  }
  const frontend = frontendOf(gateway.resource, listener.port);
  const { tls, problem } = readListenerTls(view, source, listener, frontend);
  const unserved = tls === undefined && (listener.protocol === 'HTTPS' || listener.protocol === 'TLS');
  const isMissingTls = unserved && source.resource.kind === 'ListenerSet';
  const wrong = protocolProblem(view, listener, options.classInfo) ?? (isMissingTls ? missingTls(listener) : undefined);
  const hinders = problem !== undefined || isMissingTls || wrong?.hinders === true;
  const outcomes: Outcomes = {
    Accepted: acceptance(wrong, problem),
    Programmed:
      problem === undefined && !isMissingTls
        ? met('Programmed', noErrors)
        : unmet({ reason: 'Invalid', message: 'Bad TLS configuration' }),
    Conflicted: { status: 'False', reason: 'NoConflicts', message: noErrors },
    ResolvedRefs: problem === undefined ? met('ResolvedRefs', noErrors) : unmet(problem),
    ...refused,
  };
  return { ...state, tls, supportedKinds: kinds, outcomes, isProgrammed: !hinders, isServed: !unserved };
}

const noErrors = 'No errors found';

function withPort(listener: GatewayListener): GatewayListener {
  if (listener.port !== 0) return listener;
  const port = listener.protocol === 'HTTP' ? 80 : listener.protocol === 'HTTPS' ? 443 : 0;
  return { ...listener, port };
}

function conflicting(reason: string): Outcomes {
  const message = 'Listener has a conflict with another listener attached to the same Gateway';
  const outcome = unmet({ reason, message });
  return { Accepted: outcome, Programmed: outcome, Conflicted: met(reason, message) };
}

/** What a client's certificate has to be at a port, as the Gateway says for all its listeners. */
function frontendOf({ spec }: GatewayResource, port: number): FrontendTls | undefined {
  const frontend = spec.tls?.frontend;
  return frontend?.perPort?.find((own) => own.port === port)?.tls ?? frontend?.default;
}

// ---- Acceptance

interface ProtocolProblem extends Problem {
  /** Whether it also keeps the listener from being programmed. */
  readonly hinders: boolean;
}

/** Problems with CA certificates and grants are problems of the listener itself. */
const unacceptable = ['InvalidCACertificateRef', 'InvalidCACertificateKind', 'RefNotPermitted'];

function acceptance(wrong: ProtocolProblem | undefined, tls: Problem | undefined): Outcome {
  if (wrong !== undefined) return unmet(wrong);
  return tls !== undefined && unacceptable.includes(tls.reason)
    ? unmet({ reason: 'NoValidCACertificate', message: tls.message })
    : met('Accepted', noErrors);
}

const protocols = ['HTTP', 'HTTPS', 'TLS', 'TCP', 'HBONE'];

function protocolProblem(
  { settings }: GatewayApiView,
  { port, protocol, tls }: GatewayListener,
  { role }: GatewayClassInfo,
): ProtocolProblem | undefined {
  const unsupported = (message: string, hinders: boolean): ProtocolProblem => ({
    reason: 'UnsupportedProtocol',
    message,
    hinders,
  });
  const takesTunnels = role === 'waypoint' || role === 'east-west';
  const upper = protocol.toUpperCase();
  const isServed = protocols.includes(protocol) && (protocol !== 'HBONE' || takesTunnels);
  const isKnown = isServed || (protocol === 'UDP' && settings.udpRoutes);
  if (role === 'waypoint' && (port !== 15008 || protocol !== 'HBONE'))
    return unsupported('Expected a single listener on port 15008 with protocol "HBONE"', !isKnown);
  if (role === 'east-west') {
    const isTunnel = port === 15008 && protocol === 'HBONE' && tls?.mode === 'Terminate';
    const passesOn = port !== 15008 && protocol === 'TLS' && tls?.mode === 'Passthrough';
    if (!isTunnel && !passesOn) {
      const message =
        'East-west gateway listeners must be either port 15008 with protocol "HBONE" and TLS.Mode == Terminate, or TLS with TLS.Mode == Passthrough';
      return unsupported(message, !isKnown);
    }
  }
  if (isKnown) return port === 0 ? unsupported(`protocol ${protocol} requires a port to be set`, true) : undefined;
  if (protocol === 'HBONE') return unsupported('protocol "HBONE" is only supported for waypoint proxies', true);
  return protocols.includes(upper)
    ? unsupported(`protocol "${protocol}" is unsupported. hint: "${upper}" (uppercase) may be supported`, true)
    : unsupported(`protocol "${protocol}" is unsupported`, true);
}

/** A ListenerSet's listener has nobody else to give it its TLS settings. */
function missingTls({ protocol }: GatewayListener): ProtocolProblem {
  const message = `protocol is ${protocol} but no TLS section is defined`;
  return { reason: 'UnsupportedProtocol', message, hinders: true };
}

// ---- Whom it serves

/** Kinds of routes its protocol takes, as far as it allows them; `areValid` is false when it allows one that it cannot take. */
function supportedKindsOf(
  { settings }: GatewayApiView,
  { protocol, tls, allowedRoutes }: GatewayListener,
): {
  readonly kinds: readonly string[];
  readonly areValid: boolean;
} {
  const byProtocol: Readonly<Record<string, readonly string[]>> = {
    HTTP: ['HTTPRoute', 'GRPCRoute'],
    HTTPS: ['HTTPRoute', 'GRPCRoute'],
    TCP: ['TCPRoute'],
    UDP: settings.udpRoutes ? ['UDPRoute'] : [],
    TLS: tls?.mode === 'Terminate' ? ['TLSRoute', 'TCPRoute'] : ['TLSRoute'],
  };
  const supported = byProtocol[protocol] ?? [];
  const allowed = allowedRoutes.kinds ?? [];
  if (allowed.length === 0) return { kinds: supported, areValid: true };
  const kinds = supported.filter((kind) =>
    allowed.some((choice) => choice.kind === kind && choice.group === GATEWAY_API_GROUP),
  );
  return { kinds, areValid: kinds.length === allowed.length };
}

function hostsOf(
  view: GatewayApiView,
  source: ListenerSource,
  { hostname = '*', allowedRoutes }: GatewayListener,
): readonly string[] {
  const { from, selector } = allowedRoutes.namespaces;
  const names =
    from === 'Same'
      ? [source.resource.metadata.namespace]
      : from === 'All' || selector === undefined
        ? ['*']
        : view.namespacesWith(selector);
  return names.length === 0 ? [`~/${hostname}`] : names.map((name) => `${name}/${hostname}`);
}

// ---- Conflicts

/**
 * The listeners that have to give way, each with its reason: the Gateway's come first, then those of its ListenerSets, the oldest
 * first. Only listeners that stand are in the way of others.
 */
export function conflictsOf(
  gateway: StoredObject<GatewayResource>,
  sets: readonly StoredObject<ListenerSetResource>[],
): ListenerConflicts {
  const conflicts = new Map<string, string>();
  const standing: GatewayListener[] = [];
  for (const source of [gateway, ...[...sets].sort(byAge)]) {
    for (const stated of source.resource.spec.listeners) {
      const listener = withPort(stated);
      const prior = standing.find((other) => !areDistinct(listener, other));
      if (prior === undefined) standing.push(listener);
      else conflicts.set(conflictKey(source, listener.name), conflictReason(listener, prior));
    }
  }
  return conflicts;
}

function conflictKey({ resource: { kind, metadata } }: ListenerSource, listener: string): string {
  return `${kind}/${metadata.namespace}/${metadata.name}/${listener}`;
}

function byAge(a: StoredObject, b: StoredObject): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  const [left, right] = [a, b].map(({ resource: { metadata } }) => `${metadata.namespace}/${metadata.name}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function areDistinct(a: GatewayListener, b: GatewayListener): boolean {
  if (a.port !== b.port) return true;
  const [left, right] = [layerOf(a), layerOf(b)];
  if (left === undefined || right === undefined) return a.protocol !== b.protocol;
  return left === 'l7' && right === 'l7' && (a.hostname ?? '*') !== (b.hostname ?? '*');
}

/** Undefined: a protocol of an implementation's own. */
function layerOf({ protocol }: GatewayListener): 'l4' | 'l7' | undefined {
  if (protocol === 'TCP' || protocol === 'UDP') return 'l4';
  return protocol === 'HTTP' || protocol === 'HTTPS' || protocol === 'TLS' ? 'l7' : undefined;
}

function conflictReason(a: GatewayListener, b: GatewayListener): string {
  return a.protocol === b.protocol && layerOf(a) !== 'l4' ? 'HostnameConflict' : 'ProtocolConflict';
}

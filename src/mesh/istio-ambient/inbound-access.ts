// What every inbound connection goes through, tunnelled or not: the decision with its record, the dial to the application over
// the pod's loopback with the client's address kept, the look back when policies change, the access log.
import type { AnyEntityId, Context, EntityId, Instant } from '../../kernel/index.ts';
import { NO_RECORD } from '../../kernel/index.ts';
import type { Address, SocketEvent, SocketId } from '../../host/index.ts';
import { dial, NO_ENTITY, parseAddress } from '../../host/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { DocumentId } from '../xds/index.ts';
import { readDocument } from '../xds/index.ts';
import type { AmbientConfiguration } from './configuration.ts';
import { indexOf } from './lookup.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { connectionTimeout, hbonePort, ztunnelMark } from './facts.ts';
import type { InboundDecision, InboundRequest } from './inbound-decision.ts';
import { decideInbound, inboundChoice, unknownWorkload } from './inbound-decision.ts';
import { logConnection } from './log.ts';

/** To the application over loopback, with the client's own address as source. */
export function dialApplication(ctx: Context, pod: EnrolledPod, source: string, port: number): SocketId {
  return dial(ctx, {
    process: pod.ztunnel,
    netns: pod.netns,
    owner: ctx.self as EntityId<SocketEvent>,
    destination: { ip: pod.address, port },
    mark: ztunnelMark,
    source,
    timeout: connectionTimeout,
  });
}

interface Place {
  readonly pod: EnrolledPod;
  readonly document: DocumentId | undefined;
  readonly connection: AnyEntityId;
}

export function decideAndRecord(ctx: Context, place: Place, request: InboundRequest): InboundDecision {
  const configuration = contentOf(ctx, place.document);
  const decision: InboundDecision =
    configuration === undefined
      ? { kind: 'refuse', status: 503, reason: unknownWorkload, policy: undefined, origin: {} }
      : decideInbound(configuration, request);
  recordCause(ctx, 'decision', {
    point: 'ztunnel.inbound',
    subject: place.pod.ztunnel,
    connection: place.connection,
    request: NO_RECORD,
    chosen: inboundChoice(decision),
    input: {
      pod: request.pod,
      address: request.address,
      target: request.target,
      isTunnel: request.isTunnel,
      identity: request.identity,
      sourceIp: request.sourceIp,
    },
    configuration: place.document ?? NO_ENTITY,
    origin: decision.origin,
  });
  return decision;
}

function contentOf(ctx: Context, document: DocumentId | undefined): AmbientConfiguration | undefined {
  if (document === undefined) return undefined;
  return readDocument(ctx, document, 'configuration').content as AmbientConfiguration; // ztunnels get what the ambient compiler made
}

/** Whether istiod has told the ztunnel of a pod it serves: connections wait for that (istio/ztunnel:src/proxy.rs get_workload). */
export function isPodKnown(ctx: Context, document: DocumentId | undefined, pod: EnrolledPod): boolean {
  const configuration = contentOf(ctx, document);
  return configuration !== undefined && indexOf(configuration).byKey.has(pod.key);
}

export function policiesOf(ctx: Context, document: DocumentId | undefined, pod: string): readonly string[] {
  const configuration = contentOf(ctx, document);
  return configuration === undefined ? [] : (indexOf(configuration).byKey.get(pod)?.policies ?? []);
}

/** Why a connection that was let in would be refused now; a change of the pod's own policy list reaches new connections only. */
export function noLongerAllowed(
  ctx: Context,
  document: DocumentId | undefined,
  request: InboundRequest,
): string | undefined {
  const configuration = contentOf(ctx, document);
  if (configuration === undefined) return undefined;
  const decision = decideInbound(configuration, request);
  return decision.kind === 'refuse' && decision.status === 401 ? decision.reason : undefined;
}

/**
 * The Service a client reached the pod by: the one it named, if the pod belongs to it, else one with an endpoint at the port.
 * Source: istio/ztunnel:src/proxy.rs guess_inbound_service.
 */
export function serviceReached(
  ctx: Context,
  document: DocumentId | undefined,
  request: InboundRequest,
  named: string,
): string | undefined {
  const configuration = contentOf(ctx, document);
  if (configuration === undefined) return undefined;
  const port = parseAddress(request.target)?.port;
  const { byKey, byEndpoint } = indexOf(configuration);
  const pod = byKey.get(request.pod);
  const own = byEndpoint.get(pod?.uid ?? '') ?? [];
  const reached =
    own.find(({ hostname }) => hostname === named) ??
    own.find(({ endpoints }) =>
      endpoints.some(
        ({ workload, ports }) => workload === pod?.uid && ports.some(({ targetPort }) => targetPort === port),
      ),
    );
  return reached?.hostname;
}

interface Logged extends Place {
  readonly peer: Address;
  readonly since: Instant;
  readonly service: string | undefined;
}

/** The access log's line of a connection or stream that got as far as its policies. */
export function logInbound(ctx: Context, place: Logged, request: InboundRequest, error: string | undefined): void {
  const { pod, connection, peer, since, service } = place;
  logConnection(ctx, contentOf(ctx, place.document), {
    ztunnel: pod.ztunnel,
    connection,
    direction: 'inbound',
    source: peer,
    destination: (request.isTunnel ? undefined : parseAddress(request.target)) ?? { ip: pod.address, port: hbonePort },
    since,
    hbone: request.isTunnel ? request.target : undefined,
    service,
    identities: request.isTunnel ? { source: request.identity, destination: pod.identity } : undefined,
    error,
  });
}

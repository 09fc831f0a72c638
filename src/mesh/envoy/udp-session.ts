// UDP through an Envoy: a client's first datagram picks a cluster and an endpoint, and all that follow on its flow go the same way until
// nothing passed for a minute. Source: envoyproxy/envoy:source/extensions/filters/udp/udp_proxy/udp_proxy_filter.cc at 1.37.
// Istio opens no UDP listeners: see MeshConfiguration.servesUdpRoutes.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, RecordId } from '../../kernel/index.ts';
import { after, GONE, micros, NO_RECORD } from '../../kernel/index.ts';
import type { Address, ProcessEvent, SocketEvent } from '../../host/index.ts';
import {
  adoptSocket,
  closeSocket,
  datagramSocketType,
  listenDatagrams,
  netnsType,
  openDatagrams,
  send,
} from '../../host/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import { rotationOf } from './cluster-state.ts';
import type { ProxyConfiguration } from './configuration.ts';
import { decideEndpoint, endpointInput } from './endpoint-decision.ts';
import { udpIdle } from './facts.ts';
import type { RuntimeId } from './runtime.ts';
import { configurationOf, runtimeOf } from './runtime.ts';
import { tablesOf } from './tables.ts';
import { chosenCluster } from './tcp-proxy.ts';

interface UdpSession {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly downstream: AnyEntityId;
  /** Undefined until it is open. */
  readonly upstream: AnyEntityId | undefined;
  /** What came before the upstream socket was open. */
  readonly held: readonly { readonly message: WireMessage; readonly request: RecordId }[];
  readonly lastMoved: Instant;
}

type UdpMessage = SocketEvent | { readonly type: 'begin'; readonly endpoint: Address } | { readonly type: 'idle' };

const udpSessionType: EntityType<UdpSession, UdpMessage> = {
  name: 'envoy.udp-session',
  handle(session, message, ctx) {
    const { process, netns, downstream, upstream, held } = session;
    const self = ctx.self as EntityId<UdpMessage>;
    switch (message.type) {
      case 'begin':
        ctx.schedule(udpIdle, self, { type: 'idle' });
        openDatagrams(ctx, { process, netns, owner: self, destination: message.endpoint });
        return session;
      case 'connected':
        for (const { message: first, request } of held) send(ctx, message.socket, first, { request });
        return { ...session, upstream: message.socket, held: [] };
      case 'received':
        if (upstream === undefined) return { ...session, held: [...held, message] };
        send(ctx, message.socket === upstream ? downstream : upstream, message.message, { request: message.request });
        return { ...session, lastMoved: ctx.now };
      case 'idle': {
        const left = after(session.lastMoved, udpIdle.max) - ctx.now;
        if (left > 0) {
          ctx.scheduleAt(udpIdle, micros(left), self, { type: 'idle' });
          return session;
        }
        if (upstream !== undefined) closeSocket(ctx, upstream);
        closeSocket(ctx, downstream);
        return GONE;
      }
      case 'failed':
        // What ICMP says of the endpoint goes no further: to the client it is silence.
        closeSocket(ctx, downstream);
        return GONE;
      case 'accepted':
      case 'secured':
      case 'ended':
        return session;
    }
  },
};

/** Opens the UDP ports of a proxy's configuration. Simplified: a port whose listener went stays open, and what comes there vanishes. */
export function openDatagramPorts(ctx: Context, netns: AnyEntityId, configuration: ProxyConfiguration): void {
  const open = ctx.read(netnsType, netns)?.datagramListeners;
  for (const { bind } of tablesOf(configuration).datagrams)
    if (bind.kind === 'datagrams' && open?.has(bind.port) !== true)
      listenDatagrams(ctx, netns, bind.port, ctx.self as EntityId<ProcessEvent>);
}

/** The first datagram of a flow gets it its session. False: it is none. */
export function beginUdpSession(
  ctx: Context,
  id: RuntimeId,
  { socket, message, request }: Extract<SocketEvent, { type: 'received' }>,
): boolean {
  if (message.layer !== 'udp') return false;
  const flow = ctx.read(datagramSocketType, socket);
  const runtime = runtimeOf(ctx, id);
  if (flow === undefined || runtime === undefined) return true;
  const { datagrams, clusters } = tablesOf(configurationOf(ctx, runtime));
  const listener = datagrams.find(({ bind }) => bind.kind === 'datagrams' && bind.port === flow.local.port);
  const terminal = listener?.filterChains[0]?.terminal;
  const cluster = terminal?.kind === 'tcp' ? clusters.get(chosenCluster(ctx, terminal)) : undefined;
  if (cluster === undefined) return true;
  const { process, netns, document } = runtime;
  const state = { original: flow.local, tried: [], hashed: '', ...rotationOf(ctx, process, cluster) };
  const decision = decideEndpoint(cluster, { ...state, draw: (bound) => ctx.draw('choice', bound), active: () => 0 });
  recordCause(ctx, 'decision', {
    point: 'envoy.endpoint',
    subject: process,
    connection: flow.connection,
    request: NO_RECORD,
    chosen: decision.chosen,
    input: endpointInput(cluster, state, decision),
    configuration: document,
    origin: cluster.origin,
  });
  if (decision.address === undefined) return true;
  const session = ctx.create(udpSessionType, `${ctx.pathOf(socket)}/session`, {
    process,
    netns,
    downstream: socket,
    upstream: undefined,
    held: [{ message, request }],
    lastMoved: ctx.now,
  });
  ctx.tell(session, { type: 'begin', endpoint: decision.address });
  adoptSocket(ctx, socket, session);
  return true;
}

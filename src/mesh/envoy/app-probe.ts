// A probe of the application, made by pilot-agent on behalf of the kubelet: from 127.0.0.6, so that no rule captures it.
// Source: istio/istio:pilot/cmd/pilot-agent/status/server.go handleAppProbe at 1.31.
import type { AnyEntityId, Context, EntityType, RecordId } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, send } from '../../host/index.ts';
import { http2Preface, readResponse, requestMessage, responseMessage } from '../../net/index.ts';
import type { AppProber } from '../injection/index.ts';
import { proxyUid } from '../xds/index.ts';
import { inboundSource } from './facts.ts';

interface AppProbe {
  readonly prober: AppProber;
  /** The kubelet's connection, and its request. */
  readonly asker: AnyEntityId;
  readonly request: RecordId;
  readonly host: string;
}

const appProbeType: EntityType<AppProbe, SocketEvent> = {
  name: 'pilot-agent.app-probe',
  handle(probe, event, ctx) {
    const isTls = probe.prober.httpGet?.scheme === 'HTTPS';
    switch (event.type) {
      case 'connected':
        if (probe.prober.tcpSocket !== undefined) return answer(ctx, probe, 200, event.socket);
        if (!isTls) ask(ctx, probe, event.socket);
        return probe;
      case 'secured':
        ask(ctx, probe, event.socket);
        return probe;
      case 'received': {
        const response = readResponse(event.message);
        if (response === undefined)
          return event.message.layer === 'http2' ? probe : answer(ctx, probe, 500, event.socket);
        const { status, grpcStatus = 0 } = response.head;
        return answer(
          ctx,
          probe,
          probe.prober.grpc === undefined ? status : grpcStatus === 0 ? 200 : 500,
          event.socket,
        );
      }
      case 'failed':
        return answer(ctx, probe, 500, undefined);
      case 'ended':
        return answer(ctx, probe, 500, event.how === 'FIN' ? event.socket : undefined);
      case 'accepted':
        return probe;
    }
  },
};

export interface ProbeTarget {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  /** The pod's. */
  readonly address: string;
  readonly prober: AppProber;
}

/** Asks the application; the answer goes to `asker`, the kubelet's connection. */
export function probeApp(ctx: Context, target: ProbeTarget, asker: AnyEntityId, request: RecordId): void {
  const { process, netns, address, prober } = target;
  const port = portOf(prober);
  // A host the probe names is only a Host header: what is dialled is the pod (appProbersDestination).
  const host = prober.httpGet?.host ?? address;
  const probe = ctx.create(appProbeType, `${ctx.pathOf(asker)}/app-probe`, {
    prober,
    asker,
    request,
    host: `${host}:${port}`,
  });
  const isTls = prober.httpGet?.scheme === 'HTTPS';
  dial(ctx, {
    process,
    netns,
    owner: probe,
    destination: { ip: address, port },
    uid: proxyUid,
    source: inboundSource,
    // The agent takes any certificate.
    ...(isTls ? { tls: { alpn: ['http/1.1'], roots: ['public'] } } : {}),
  });
}

function portOf({ httpGet, tcpSocket, grpc }: AppProber): number {
  return Number(httpGet?.port ?? tcpSocket?.port ?? grpc?.port ?? 0);
}

function ask(ctx: Context, { prober, host, request }: AppProbe, socket: AnyEntityId): void {
  if (prober.grpc !== undefined) {
    const head = {
      method: 'POST',
      path: '/grpc.health.v1.Health/Check',
      authority: host,
      headers: [['content-type', 'application/grpc']] as const,
    };
    send(ctx, socket, http2Preface);
    send(ctx, socket, requestMessage('http2', head, `HealthCheckRequest ${prober.grpc.service}`), {
      request,
      stream: 1,
    });
    return;
  }
  const { path = '/', httpHeaders = [] } = prober.httpGet ?? {};
  const headers = httpHeaders.map(({ name, value }) => [name, value] as const);
  const written = path.startsWith('/') ? path : `/${path}`;
  send(ctx, socket, requestMessage('http1', { method: 'GET', path: written, authority: host, headers }), { request });
}

/** The kubelet gets the application's status; the connection to the application is closed. */
function answer(ctx: Context, probe: AppProbe, status: number, socket: AnyEntityId | undefined): typeof GONE {
  send(ctx, probe.asker, responseMessage('http1', { status, headers: [] }), { request: probe.request });
  if (socket !== undefined) closeSocket(ctx, socket);
  return GONE;
}

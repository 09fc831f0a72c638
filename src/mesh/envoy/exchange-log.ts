// The end of a request: it leaves its connection, and the proxy writes its line.
import type { AnyEntityId, Context } from '../../kernel/index.ts';
import { NO_RECORD } from '../../kernel/index.ts';
import { socketType } from '../../host/index.ts';
import { headerOf } from '../../net/index.ts';
import { record, traceTime } from '../../trace/index.ts';
import { accessLogLine } from './access-log.ts';
import { forwardedFor, roleOf } from './caller.ts';
import type { Connection, Exchange } from './connection-state.ts';
import { upstreamType } from './upstream.ts';

export interface Outcome {
  readonly flags: string;
  readonly details: string;
  readonly transportFailure: string;
  readonly bytes: number;
  readonly upstreamSocket?: AnyEntityId;
}

/** An end that somebody else brought about. */
export function quietEnd(flags: string, details: string): Outcome {
  return { flags, details, transportFailure: '', bytes: 0 };
}

/** Takes a request off its connection and writes its line. */
export function finish(ctx: Context, connection: Connection, exchange: Exchange, outcome: Outcome): Connection {
  for (const timer of [exchange.timer, exchange.tryTimer]) if (timer !== undefined) ctx.cancel(timer);
  if (exchange.retry !== undefined) ctx.tell(exchange.retry, { type: 'over' });
  const { received, version, decision, pool } = exchange;
  const upstreamLocal =
    outcome.upstreamSocket === undefined ? undefined : ctx.read(socketType, outcome.upstreamSocket)?.local;
  const line = accessLogLine({
    startedAt: traceTime(ctx, exchange.startedAt),
    now: traceTime(ctx, ctx.now),
    request: `${received.method} ${received.path} ${version === 'http2' ? 'HTTP/2' : exchange.isHttp10 ? 'HTTP/1.0' : 'HTTP/1.1'}`,
    status: exchange.status ?? 0,
    flags: [exchange.flags, outcome.flags].filter((flags) => flags !== '').join(','),
    details: outcome.details,
    terminationDetails: '',
    transportFailure: outcome.transportFailure,
    bytesSent: outcome.bytes,
    serviceTime: exchange.answeredAt === undefined ? undefined : exchange.answeredAt - exchange.startedAt,
    forwardedFor: forwardedFor(received, roleOf(connection), connection.peer.ip),
    userAgent: headerOf(received, 'user-agent') ?? '',
    requestId: exchange.request === NO_RECORD ? undefined : exchange.request,
    authority: received.authority,
    upstream: exchange.address,
    upstreamLocal,
    isTunnelled: pool !== undefined && ctx.read(upstreamType, pool)?.tunnel !== undefined,
    cluster: exchange.cluster,
    downstreamLocal: connection.local,
    downstreamRemote: connection.peer,
    sni: connection.sni,
    route: decision !== undefined && 'route' in decision ? decision.route.name : '',
  });
  record(ctx, 'log', {
    process: connection.process,
    connection: connection.connection,
    request: exchange.request,
    line,
  });
  return { ...connection, exchanges: connection.exchanges.filter((candidate) => candidate.key !== exchange.key) };
}

export function replaced(connection: Connection, exchange: Exchange): Connection {
  return {
    ...connection,
    exchanges: connection.exchanges.map((candidate) => (candidate.key === exchange.key ? exchange : candidate)),
  };
}

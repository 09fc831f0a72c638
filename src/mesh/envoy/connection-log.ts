// The access log line of a connection that carried no request: bytes both ways, a refusal, or something that is no HTTP.
import { NO_RECORD } from '../../kernel/index.ts';
import type { Context } from '../../kernel/index.ts';
import { record, traceTime } from '../../trace/index.ts';
import type { LogFields } from './access-log.ts';
import { accessLogLine } from './access-log.ts';
import type { Connection } from './connection-state.ts';

/** How a connection ended; '' and undefined are written as a dash. */
export interface ConnectionEnd extends Pick<
  LogFields,
  | 'status'
  | 'flags'
  | 'details'
  | 'terminationDetails'
  | 'transportFailure'
  | 'bytesSent'
  | 'cluster'
  | 'upstream'
  | 'upstreamLocal'
  | 'isTunnelled'
> {
  readonly request: '- - -' | '- - HTTP/1.1';
}

/** The end of a connection that nothing went wrong with, and that went nowhere. */
export const plainEnd: ConnectionEnd = {
  request: '- - -',
  status: 0,
  flags: '',
  details: '',
  terminationDetails: '',
  transportFailure: '',
  bytesSent: 0,
  cluster: '',
  upstream: undefined,
  upstreamLocal: undefined,
  isTunnelled: false,
};

export function logConnection(ctx: Context, connection: Connection, end: ConnectionEnd): void {
  const line = accessLogLine({
    ...end,
    startedAt: traceTime(ctx, connection.openedAt),
    now: traceTime(ctx, ctx.now),
    serviceTime: undefined,
    forwardedFor: '',
    userAgent: '',
    requestId: undefined,
    authority: '',
    downstreamLocal: connection.local,
    downstreamRemote: connection.peer,
    sni: connection.sni,
    route: '',
  });
  record(ctx, 'log', { process: connection.process, connection: connection.connection, request: NO_RECORD, line });
}

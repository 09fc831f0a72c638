// ztunnel's access log in the real form: one line a connection and side. `connection complete` when a connection ends whose
// context was known, `connection failed` when it was refused before. Fields and order are upstream's; the time stamp is the
// record's, and byte counts are left out because bytes are not modelled.
// Source: istio/ztunnel:src/proxy/metrics.rs (access_log, log_early_deny) and src/telemetry.rs IstioFormat at 1.31.
import type { AnyEntityId, Context, Instant } from '../../kernel/index.ts';
import { NO_RECORD } from '../../kernel/index.ts';
import type { Address, FailureReason } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import { record } from '../../trace/index.ts';
import type { AmbientConfiguration, WdsWorkload } from './configuration.ts';
import { clusterId } from './facts.ts';
import { indexOf, workloadAt } from './lookup.ts';

interface Connection {
  readonly ztunnel: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly direction: 'inbound' | 'outbound';
  readonly source: Address;
  /** The address on the wire: a tunnel's is the peer's port 15008. */
  readonly destination: Address;
}

/** Identities that mutual TLS proved: logged then, and only then. */
export interface MutualIdentities {
  readonly source: string;
  readonly destination: string;
}

export interface ConnectionLog extends Connection {
  readonly since: Instant;
  /** CONNECT's authority; undefined without a tunnel. */
  readonly hbone: string | undefined;
  /** Host name of the Service, as far as ztunnel knows it. */
  readonly service: string | undefined;
  readonly identities: MutualIdentities | undefined;
  /** Why it failed; undefined when it ended well. */
  readonly error: string | undefined;
}

/** The line of a connection that ended. */
export function logConnection(ctx: Context, configuration: AmbientConfiguration | undefined, log: ConnectionLog): void {
  const at = ({ ip }: Address): WdsWorkload | undefined =>
    configuration === undefined ? undefined : workloadAt(indexOf(configuration), '', ip);
  const [from, to] = [at(log.source), at(log.destination)];
  const fields = [
    ['src.addr', formatAddress(log.source)],
    ...peer('src', from, log.identities?.source),
    ['src.cluster', quoted(from && clusterId)],
    ['dst.addr', formatAddress(log.destination)],
    ['dst.hbone_addr', log.hbone],
    ['dst.service', quoted(log.service)],
    ...peer('dst', to, log.identities?.destination),
    ['dst.cluster', quoted(to && clusterId)],
    ['direction', quoted(log.direction)],
    ['duration', quoted(`${Math.floor((ctx.now - log.since) / 1000)}ms`)],
    ['error', quoted(log.error)],
  ] as const;
  write(ctx, log, log.error === undefined ? 'info' : 'error', 'connection complete', fields);
}

/** The line of a connection that was refused before anything was known of it. */
export function logEarlyDeny(ctx: Context, connection: Connection, error: string): void {
  write(ctx, connection, 'warn', 'connection failed', [
    ['src.addr', formatAddress(connection.source)],
    ['dst.addr', formatAddress(connection.destination)],
    ['direction', quoted(connection.direction)],
    ['error', quoted(error)],
  ]);
}

/** What the Rust standard library says of a connect() that failed; a wait that ran out is Tokio's. */
export function ioError(reason: FailureReason, detail: string): string {
  switch (reason) {
    case 'ECONNREFUSED':
      return 'Connection refused (os error 111)';
    case 'ECONNRESET':
      return 'Connection reset by peer (os error 104)';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return 'deadline has elapsed';
    case 'TLS':
      return detail;
  }
}

/** An HTTP status as ztunnel's `http status: ...` shows it. */
export function statusText(status: number): string {
  const reasons: Readonly<Record<number, string>> = {
    400: 'Bad Request',
    401: 'Unauthorized',
    503: 'Service Unavailable',
  };
  const reason = reasons[status];
  return reason === undefined ? String(status) : `${status} ${reason}`;
}

type LogField = readonly [name: string, value: string | undefined];

function peer(side: 'src' | 'dst', workload: WdsWorkload | undefined, identity: string | undefined): LogField[] {
  return [
    [`${side}.workload`, quoted(workload?.name)],
    [`${side}.namespace`, quoted(workload?.namespace)],
    [`${side}.identity`, quoted(identity)],
  ];
}

function quoted(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : JSON.stringify(value);
}

function write(
  ctx: Context,
  { ztunnel, connection }: Connection,
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: readonly LogField[],
): void {
  const known = fields.flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`));
  const line = `${level}\taccess\t${message}\t${known.join(' ')}`;
  record(ctx, 'log', { process: ztunnel, connection, request: NO_RECORD, line });
}

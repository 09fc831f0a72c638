// ztunnel's access log: one line a connection and side, when it ends, in the real format.
// Source: istio/ztunnel:src/proxy/metrics.rs ConnectionResult at 1.31. Byte counts are not modelled and left out.
import type { AnyEntityId, Context } from '../../kernel/index.ts';
import { NO_RECORD } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import { record } from '../../trace/index.ts';
import { indexOf } from './configuration.ts';
import type { AmbientConfiguration } from './configuration.ts';

export interface ConnectionLog {
  readonly ztunnel: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly direction: 'inbound' | 'outbound';
  readonly source: Address;
  readonly destination: Address;
  /** Address behind the tunnel, where there is one. */
  readonly hbone?: string;
  readonly service?: string;
  readonly sourceIdentity?: string;
  readonly destinationIdentity?: string;
  /** Why it failed; undefined when it ended well. */
  readonly error?: string;
}

export function logConnection(ctx: Context, configuration: AmbientConfiguration | undefined, log: ConnectionLog): void {
  const index = configuration === undefined ? undefined : indexOf(configuration);
  const parts = [log.error === undefined ? 'info' : 'error', 'access', 'connection complete'];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') parts.push(`${name}=${value}`);
  };
  const quoted = (value: string | undefined): string | undefined =>
    value === undefined || value === '' ? undefined : JSON.stringify(value);
  const source = index?.workloads.get(log.source.ip);
  const destination = index?.workloads.get(log.destination.ip);
  add('src.addr', formatAddress(log.source));
  add('src.workload', quoted(source?.name));
  add('src.namespace', quoted(source?.namespace));
  add('src.identity', quoted(log.sourceIdentity));
  add('dst.addr', formatAddress(log.destination));
  add('dst.hbone_addr', log.hbone);
  add('dst.service', quoted(log.service));
  add('dst.workload', quoted(destination?.name));
  add('dst.namespace', quoted(destination?.namespace));
  add('dst.identity', quoted(log.destinationIdentity));
  add('direction', quoted(log.direction));
  add('error', quoted(log.error));
  record(ctx, 'log', { process: log.ztunnel, connection: log.connection, request: NO_RECORD, line: parts.join(' ') });
}

// The PROXY header, where a gateway expects one (`gatewayTopology.proxyProtocol`): read before everything else, it says who the client is
// and where it was going; the load balancer stays the connection's direct peer. A connection that begins with anything else is closed.
// Source: envoyproxy/envoy:source/extensions/filters/listener/proxy_protocol/proxy_protocol.cc at 1.37;
// istio/istio:pilot/pkg/networking/core/{gateway,listener}.go needPROXYProtocol at 1.31. Envoy only looks at bytes before a listener filter
// takes them, so the kernel resets a connection that is closed with them unread; nothing is logged.
import type { Context } from '../../kernel/index.ts';
import { NO_RECORD } from '../../kernel/index.ts';
import type { Address, SocketEvent } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import { readProxyHeader } from '../../net/index.ts';
import type { DecisionInput } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { ProxyConfiguration } from './configuration.ts';
import type { Connection } from './connection-state.ts';
import { configurationOf, runtimeOf } from './runtime.ts';
import { listenerOnPort } from './tables.ts';

/** Whether connections on a port begin with a header. */
export function expectsHeader(configuration: ProxyConfiguration, port: number): boolean {
  return listenerOnPort(configuration, port)?.inspectors.proxy === true;
}

/** The connection as the header tells of it, which is recorded; undefined: there is no header. */
export function headerRead(
  ctx: Context,
  connection: Connection,
  { message, request }: Extract<SocketEvent, { type: 'received' }>,
): Connection | undefined {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return undefined;
  const header = readProxyHeader(message);
  const listener = listenerOnPort(configurationOf(ctx, runtime), connection.port);
  const input: DecisionInput = {
    port: connection.port,
    balancer: formatAddress(connection.direct),
    client: header?.source ?? '',
  };
  recordCause(ctx, 'decision', {
    point: 'envoy.proxy-header',
    subject: connection.process,
    connection: connection.connection,
    request: header === undefined ? request : NO_RECORD,
    chosen: choiceOf(input),
    input,
    configuration: runtime.document,
    origin: listener?.origin ?? {},
  });
  if (header === undefined) return undefined;
  return { ...connection, peer: addressOf(header.source), local: addressOf(header.destination) };
}

function choiceOf(input: DecisionInput): string {
  return input['client'] === '' ? 'no PROXY header: reset' : `the client is ${String(input['client'])}`;
}

/** The reasons of a recorded header, or of its absence. */
export function explainHeader(input: DecisionInput, configuration: ProxyConfiguration, trail: Trail): string {
  const listener = listenerOnPort(configuration, Number(input['port']));
  const params = {
    listener: listener?.name ?? '',
    balancer: String(input['balancer']),
    client: String(input['client']),
  };
  const rule = input['client'] === '' ? 'envoy.proxy-header.missing' : 'envoy.proxy-header.read';
  trail.took(rule, {
    params,
    origin: listener && originOrNone(listener),
    source: 'envoyproxy/envoy:source/extensions/filters/listener/proxy_protocol/proxy_protocol.cc',
  });
  return choiceOf(input);
}

function addressOf(written: string): Address {
  const separator = written.lastIndexOf(':');
  return { ip: written.slice(0, separator), port: Number(written.slice(separator + 1)) };
}

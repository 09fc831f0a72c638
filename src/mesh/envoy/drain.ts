// A connection whose filter chain is drained, because the proxy ends or because its listener changed: clients are told at once to go
// elsewhere (drain strategy immediate), with HTTP/1.1's `Connection: close` or HTTP/2's GOAWAY; bytes just go on. It keeps to the chain
// that took it, with the policies of then, until it is closed.
// Source: envoyproxy/envoy:source/common/http/conn_manager_impl.cc encodeHeaders, startDrainSequence, source/server/drain_manager_impl.cc,
// common/listener_manager/{active_stream_listener_base,active_tcp_listener}.cc at 1.37; istio/istio:pkg/envoy/proxy.go args at 1.31.
// Simplified: GOAWAY is said once; Envoy says it again, final, five seconds later.
import type { Context } from '../../kernel/index.ts';
import { NO_RECORD } from '../../kernel/index.ts';
import { send } from '../../host/index.ts';
import { http2Goaway } from '../../net/index.ts';
import type { DecisionInput, MaybeOrigin } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { Trail } from '../trail.ts';
import { originOrNone } from '../routing/index.ts';
import { roleOf } from './caller.ts';
import type { Connection, DrainMessage, Exchange } from './connection-state.ts';
import type { Difference } from './listener-change.ts';
import { runtimeOf } from './runtime.ts';

const second = 1_000_000;
const source = 'envoyproxy/envoy:source/common/listener_manager/listener_impl.cc';

/** Its chain is drained from now on. */
export function chainDrains(
  ctx: Context,
  connection: Connection,
  { change, document, span }: Extract<DrainMessage, { type: 'chain-drains' }>,
): Connection {
  const { place, process, runtime } = connection;
  if (place === undefined) return connection;
  const { difference, origin } = change;
  const input: DecisionInput = {
    listener: place.listener,
    difference,
    seconds: span / second,
    changed: JSON.stringify(origin),
  };
  recordCause(ctx, 'decision', {
    point: 'envoy.drain',
    subject: process,
    connection: connection.connection,
    request: NO_RECORD,
    chosen: drainChoice(input),
    input,
    configuration: runtimeOf(ctx, runtime)?.document ?? document,
    origin,
  });
  return { ...connection, drains: { change, document, decision: ctx.cause } };
}

function drainChoice(input: DecisionInput): string {
  return `${String(input['listener'])}: closed after ${String(input['seconds'])} s`;
}

const rules: Readonly<Record<Difference, string>> = {
  'listener-gone': 'envoy.drain.listener-gone',
  'listener-replaced': 'envoy.drain.listener-replaced',
  'chain-gone': 'envoy.drain.chain-gone',
  filters: 'envoy.drain.filters',
  tls: 'envoy.drain.tls',
  target: 'envoy.drain.target',
  settings: 'envoy.drain.settings',
};

/** The reasons of a recorded drain. */
export function explainDrain(input: DecisionInput, trail: Trail): string {
  const difference = String(input['difference']) as Difference; // written by `chainDrains`
  const origin = JSON.parse(String(input['changed'])) as MaybeOrigin; // so was this
  const params = { listener: String(input['listener']), seconds: Number(input['seconds']) };
  trail.took(rules[difference], { params, origin: originOrNone({ origin }), source });
  trail.took('envoy.drain.until', { params, source: 'istio/istio:pkg/envoy/proxy.go' });
  return drainChoice(input);
}

/** How the log tells the end of a request on a chain that is gone. */
export function removalOf({ drains }: Connection): string {
  const isWhole = drains?.change.difference === 'listener-gone' || drains?.change.difference === 'listener-replaced';
  return `downstream_local_disconnect(${isWhole ? 'purging_socket_that_have_not_progressed_to_connections' : 'filter_chain_is_being_removed'})`;
}

/** Whether who is connected shall go elsewhere. A proxy that ends drains what comes in, not what goes out. */
export function isDraining(ctx: Pick<Context, 'read'>, connection: Connection): boolean {
  if (connection.drains !== undefined) return true;
  return roleOf(connection) !== 'outbound' && runtimeOf(ctx, connection.runtime)?.isDraining === true;
}

/** With the first answer HTTP/2 is told that no more requests are taken; those under way go on. */
export function takingLeave(ctx: Context, connection: Connection, { version }: Exchange): Connection {
  if (version !== 'http2' || connection.isLeaving || !isDraining(ctx, connection)) return connection;
  send(ctx, connection.socket, http2Goaway);
  return { ...connection, isLeaving: true };
}

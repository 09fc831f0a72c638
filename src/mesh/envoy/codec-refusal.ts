// What Envoy's HTTP/1 codec refuses before there is a request to route: bytes that are no HTTP, and HTTP/1.0 where it is not taken.
// Source: envoyproxy/envoy:source/common/http/http1/codec_impl.cc sendProtocolError, checkProtocolVersion at 1.37;
// istio/istio:pilot/pkg/networking/core/{listener,gateway}.go PILOT_HTTP10, NodeMetadata.HTTP10 at 1.31.
import type { Context, RecordId } from '../../kernel/index.ts';
import type { DecisionInput } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { Trail } from '../trail.ts';
import type { Connection } from './connection-state.ts';
import { chainNow } from './listener-decision.ts';
import type { LocalReply } from './local-reply.ts';
import { badRequestReply, upgradeReply } from './local-reply.ts';
import { configurationIn, runtimeOf } from './runtime.ts';

export type CodecRefusal = 'http10' | 'no-http';

export const refusals: Readonly<Record<CodecRefusal, LocalReply>> = {
  http10: upgradeReply,
  'no-http': badRequestReply,
};

const rules: Readonly<Record<CodecRefusal, string>> = {
  http10: 'envoy.codec.http10-refused',
  'no-http': 'envoy.codec.no-http',
};

/** Records the refusal, at the line that had the connection read as HTTP. */
export function recordRefusal(ctx: Context, connection: Connection, request: RecordId, what: CodecRefusal): void {
  const { process, place, local, runtime: id, drains } = connection;
  const runtime = runtimeOf(ctx, id);
  if (runtime === undefined) return;
  const document = drains?.document ?? runtime.document;
  const chain = place && chainNow(configurationIn(ctx, document), place.listener, place.chain);
  const input: DecisionInput = { what, listener: place?.listener ?? '', port: local.port };
  recordCause(ctx, 'decision', {
    point: 'envoy.codec',
    subject: process,
    connection: connection.connection,
    request,
    chosen: refusalChoice(what),
    input,
    configuration: document,
    origin: chain?.origin ?? {},
  });
}

function refusalChoice(what: CodecRefusal): string {
  const { head, details } = refusals[what];
  return `${head.status} ${details}`;
}

/** The reason of a recorded refusal. */
export function explainRefusal(input: DecisionInput, trail: Trail): string {
  const what: CodecRefusal = input['what'] === 'http10' ? 'http10' : 'no-http';
  const params = { listener: String(input['listener']), port: Number(input['port']) };
  trail.took(rules[what], { params, source: 'envoyproxy/envoy:source/common/http/http1/codec_impl.cc' });
  return refusalChoice(what);
}

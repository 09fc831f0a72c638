// What an Envoy makes of the HTTP messages that pass it: header changes, other protocol versions, replies of its own.
// Results are cached by what went in: messages that repeat stay one object, so that the trace stores each once.
import type { HttpVersion } from '../../net/index.ts';
import { grpcFromHttp, readRequest, readResponse, responseMessage, withRequestHead } from '../../net/index.ts';
import type { HeaderList, HttpResponseHead, WireMessage } from '../../trace/index.ts';
import type { HeaderChanges } from '../routing/index.ts';
import { changeHeaders, rewriteRequest } from '../routing/index.ts';
import type { Caller, Role } from './caller.ts';
import { addedHeaders } from './caller.ts';
import type { Forward } from './route-decision.ts';

/** A cache of messages by two objects and a text. */
class MessageCache {
  readonly #table = new WeakMap<object, WeakMap<object, Map<string, WireMessage>>>();

  get(a: object, b: object, key: string, make: () => WireMessage): WireMessage {
    let byB = this.#table.get(a);
    if (byB === undefined) this.#table.set(a, (byB = new WeakMap<object, Map<string, WireMessage>>()));
    let byKey = byB.get(b);
    if (byKey === undefined) byB.set(b, (byKey = new Map<string, WireMessage>()));
    let message = byKey.get(key);
    if (message === undefined) byKey.set(key, (message = make()));
    return message;
  }
}

const requests = new MessageCache();
const responses = new MessageCache();

/** A request as it leaves for an endpoint: rewritten as its route says, with the headers Envoy adds. */
export function upstreamRequest(
  message: WireMessage,
  forward: Forward,
  version: HttpVersion,
  attempt: number,
  caller: Caller,
): WireMessage {
  return requests.get(forward, message, `${version} ${attempt} ${caller.key}`, () => {
    const request = readRequest(message);
    const { route, target } = forward;
    if (request === undefined || route.action.kind !== 'forward') return message;
    const { rewrite } = route.action;
    const authority = rewrite.authority === '' ? target.authority : rewrite.authority;
    const changes = [addedHeaders(request.head, attempt, caller), route.requestHeaders, target.requestHeaders];
    const head = rewriteRequest(request.head, route, { ...rewrite, authority }, changes);
    const original = head.path === request.head.path ? [] : [['x-envoy-original-path', request.head.path] as const];
    const headers = original.length === 0 ? head.headers : changeHeaders(head.headers, [setting(original)]);
    return withRequestHead(message, version, { ...head, headers });
  });
}

// --- answers

export type ResponseChanges = readonly HeaderChanges[];

/** An answer as it goes back: `changes` is one object per route, so that it can be a key. Frames without a head pass as they are. */
export function passedResponse(message: WireMessage, version: HttpVersion, changes: ResponseChanges): WireMessage {
  const response = readResponse(message);
  if (response === undefined) return message;
  return responses.get(changes, message, version, () => {
    if (message.layer === 'http2' && version === 'http2')
      return { layer: 'http2', frames: withHeaders(message, changes) };
    return responseMessage(
      version,
      { ...response.head, headers: changeHeaders(response.head.headers, changes) },
      response.grpc,
    );
  });
}

function withHeaders(
  message: Extract<WireMessage, { layer: 'http2' }>,
  changes: ResponseChanges,
): Extract<WireMessage, { layer: 'http2' }>['frames'] {
  let isFirst = true;
  return message.frames.map((frame) => {
    if (frame.frame !== 'HEADERS' || !('response' in frame) || !isFirst) return frame;
    isFirst = false;
    return { ...frame, response: { ...frame.response, headers: changeHeaders(frame.response.headers, changes) } };
  });
}

function setting(set: HeaderList): HeaderChanges {
  return { set, add: [], remove: [] };
}

const serverNames: Readonly<Record<Role, string>> = {
  outbound: 'envoy',
  inbound: 'istio-envoy',
  gateway: 'istio-envoy',
  waypoint: 'istio-envoy',
};

/** A draining server tells HTTP/1.1 clients not to come back on this connection. */
const closing = setting([['connection', 'close']]);

const known = new WeakMap<Forward, Map<string, ResponseChanges>>();

/** `extra`: what filters add (CORS, external authorization). */
export function responseChanges(forward: Forward, role: Role, isClosing: boolean, extra: HeaderList): ResponseChanges {
  let byKey = known.get(forward);
  if (byKey === undefined) known.set(forward, (byKey = new Map<string, ResponseChanges>()));
  const added = extra.length === 0 ? '' : extra.map((pair) => pair.join(':')).join(',');
  const key = !isClosing && added === '' ? role : `${role} ${String(isClosing)} ${added}`;
  let changes = byKey.get(key);
  if (changes === undefined) {
    const { route, target } = forward;
    changes = [
      // The upstream's connection is not the client's.
      ...(role === 'inbound' ? [] : [{ set: [], add: [], remove: ['connection'] }]),
      setting([['server', serverNames[role]]]),
      ...(extra.length === 0 ? [] : [setting(extra)]),
      route.responseHeaders,
      target.responseHeaders,
      ...(isClosing ? [closing] : []),
    ];
    byKey.set(key, changes);
  }
  return changes;
}

const replies = new Map<string, WireMessage>();

/** An answer the proxy makes itself. A gRPC client gets it as a gRPC status. */
export function localReply(version: HttpVersion, isGrpc: boolean, head: HttpResponseHead): WireMessage {
  const key = `${version} ${String(isGrpc)} ${head.status} ${head.grpcStatus ?? ''} ${head.flag ?? ''} ${head.body ?? ''} ${head.headers.map((pair) => pair.join(':')).join(',')}`;
  let message = replies.get(key);
  if (message === undefined) {
    const { grpcStatus, ...plain } = head;
    const grpcHead: HttpResponseHead = {
      ...plain,
      status: 200,
      grpcStatus: grpcStatus ?? grpcFromHttp(head.status),
      headers: [['content-type', 'application/grpc'], ...head.headers],
    };
    replies.set(key, (message = responseMessage(version, isGrpc ? grpcHead : plain)));
  }
  return message;
}

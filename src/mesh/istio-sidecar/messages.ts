// What a sidecar makes of the HTTP messages that pass it: header changes, other protocol versions, replies of its own.
// Results are cached by what went in: messages that repeat stay one object, so that the trace stores each once.
import type { HttpVersion } from '../../net/index.ts';
import { readRequest, readResponse, responseMessage, withRequestHead } from '../../net/index.ts';
import type { HeaderList, HttpResponseHead, WireMessage } from '../../trace/index.ts';
import type { HeaderChanges } from '../routing/index.ts';
import { changeHeaders, rewriteRequest } from '../routing/index.ts';
import type { RouteDecision } from './route-decision.ts';

type Forward = Extract<RouteDecision, { kind: 'forward' }>;

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

const outboundRequests = new MessageCache();
const inboundRequests = new MessageCache();
const responses = new MessageCache();

/** A request as it leaves for an endpoint: rewritten as its route says, with the headers Envoy adds. */
export function outboundRequest(
  message: WireMessage,
  forward: Forward,
  version: HttpVersion,
  attempt: number,
): WireMessage {
  return outboundRequests.get(forward, message, `${version} ${attempt}`, () => {
    const request = readRequest(message);
    const { route, target } = forward;
    if (request === undefined || route.action.kind !== 'forward') return message;
    const added: HeaderChanges = {
      set: [
        ['x-forwarded-proto', 'http'],
        ['x-envoy-attempt-count', String(attempt)],
      ],
      add: [],
      remove: [],
    };
    const changes = [route.requestHeaders, target.requestHeaders, added];
    return withRequestHead(message, version, rewriteRequest(request.head, route, route.action.rewrite, changes));
  });
}

const inboundKeys = {};

/** A request as it leaves for the application. `client` is the identity mutual TLS proved, '' without. */
export function inboundRequest(
  message: WireMessage,
  version: HttpVersion,
  peers: { readonly client: string; readonly server: string },
): WireMessage {
  return inboundRequests.get(inboundKeys, message, `${version} ${peers.client} ${peers.server}`, () => {
    const request = readRequest(message);
    if (request === undefined) return message;
    const certificate: HeaderList =
      peers.client === '' ? [] : [['x-forwarded-client-cert', `By=${peers.server};Subject="";URI=${peers.client}`]];
    const headers = changeHeaders(request.head.headers, [
      { set: certificate, add: [], remove: certificate.length === 0 ? ['x-forwarded-client-cert'] : [] },
    ]);
    return withRequestHead(message, version, { ...request.head, headers });
  });
}

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

export type ResponseChanges = readonly HeaderChanges[];

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

/** Envoy names itself; a draining server tells HTTP/1.1 clients not to come back on this connection. */
const closing: HeaderChanges = { set: [['connection', 'close']], add: [], remove: [] };
const serverName = (name: string): HeaderChanges => ({ set: [['server', name]], add: [], remove: [] });
const inboundChanges: ResponseChanges = [serverName('istio-envoy')];
const inboundClosing: ResponseChanges = [serverName('istio-envoy'), closing];

export function inboundResponseChanges(isDraining: boolean): ResponseChanges {
  return isDraining ? inboundClosing : inboundChanges;
}

const outboundChanges = new WeakMap<Forward, ResponseChanges>();

export function outboundResponseChanges(forward: Forward): ResponseChanges {
  let changes = outboundChanges.get(forward);
  if (changes === undefined) {
    changes = [
      { set: [], add: [], remove: ['connection'] },
      serverName('envoy'),
      forward.route.responseHeaders,
      forward.target.responseHeaders,
    ];
    outboundChanges.set(forward, changes);
  }
  return changes;
}

const replies = new Map<string, WireMessage>();

/** An answer the proxy makes itself. A gRPC client gets it as a gRPC status. */
export function localReply(version: HttpVersion, isGrpc: boolean, head: HttpResponseHead): WireMessage {
  const key = `${version} ${String(isGrpc)} ${head.status} ${head.flag ?? ''} ${head.body ?? ''} ${head.headers.map((pair) => pair.join(':')).join(',')}`;
  let message = replies.get(key);
  if (message === undefined) {
    const grpcHead: HttpResponseHead = {
      ...head,
      status: 200,
      grpcStatus: grpcStatusOf(head.status),
      headers: [['content-type', 'application/grpc'], ...head.headers],
    };
    replies.set(key, (message = responseMessage(version, isGrpc ? grpcHead : head)));
  }
  return message;
}

/** Source: envoyproxy/envoy:source/common/grpc/status.cc httpToGrpcStatus. */
function grpcStatusOf(status: number): number {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

// HTTP/1.0 (RFC 1945), HTTP/1.1 (RFC 9112), HTTP/2 (RFC 9113) and gRPC as messages: how each is framed and read back.
// A message is one packet: heads and bodies travel together; flow control and chunking are not modelled.
import type { Http2Frame, HttpRequestHead, HttpResponseHead, WireMessage } from '../trace/index.ts';

export type HttpVersion = 'http1' | 'http2';

/** A request on the wire. gRPC requests carry one message in DATA. */
export function requestMessage(version: HttpVersion, request: HttpRequestHead, grpc?: string): WireMessage {
  if (version === 'http1') return { layer: 'http1', request };
  const frames: Http2Frame[] = [{ frame: 'HEADERS', request, end: grpc === undefined }];
  if (grpc !== undefined) frames.push({ frame: 'DATA', grpc, end: true });
  return { layer: 'http2', frames };
}

const older = new WeakMap<WireMessage, WireMessage>();

/** An HTTP/1 message as HTTP/1.0 writes it; others are returned as they are. The same message gives the same object. */
export function asHttp10(message: WireMessage): WireMessage {
  if (message.layer !== 'http1' || message.version === '1.0') return message;
  let as10 = older.get(message);
  if (as10 === undefined) older.set(message, (as10 = { ...message, version: '1.0' }));
  return as10;
}

export function isHttp10(message: WireMessage): boolean {
  return message.layer === 'http1' && message.version === '1.0';
}

/** The same request with another head; of HTTP/1.0 it becomes HTTP/1.1. On HTTP/2 its frames stay, and with them what is still to come; else it is one message. */
export function withRequestHead(message: WireMessage, version: HttpVersion, head: HttpRequestHead): WireMessage {
  if (message.layer !== 'http2' || version !== 'http2')
    return requestMessage(version, head, readRequest(message)?.grpc);
  const frames = message.frames.map((frame) =>
    frame.frame === 'HEADERS' && 'request' in frame ? { ...frame, request: head } : frame,
  );
  return { layer: 'http2', frames };
}

/** A response on the wire. gRPC responses are HEADERS, DATA (if it succeeded) and trailers. */
export function responseMessage(version: HttpVersion, response: HttpResponseHead, grpc?: string): WireMessage {
  if (version === 'http1') return { layer: 'http1', response };
  if (response.grpcStatus === undefined) {
    return {
      layer: 'http2',
      frames: [
        { frame: 'HEADERS', response, end: false },
        { frame: 'DATA', end: true },
      ],
    };
  }
  const { grpcStatus, ...head } = response;
  if (grpc === undefined)
    return { layer: 'http2', frames: [{ frame: 'HEADERS', response: { ...head, grpcStatus }, end: true }] };
  return {
    layer: 'http2',
    frames: [
      { frame: 'HEADERS', response: head, end: false },
      { frame: 'DATA', grpc, end: false },
      { frame: 'HEADERS', response: { status: response.status, grpcStatus, headers: [] }, end: true },
    ],
  };
}

/** The connection preface a client sends first, with its SETTINGS. */
export const http2Preface: WireMessage = { layer: 'http2', frames: [{ frame: 'PREFACE' }, { frame: 'SETTINGS' }] };
/** The server's SETTINGS with the acknowledgement of the client's. */
export const http2Settings: WireMessage = {
  layer: 'http2',
  frames: [{ frame: 'SETTINGS' }, { frame: 'SETTINGS-ACK' }],
};
export const http2Goaway: WireMessage = { layer: 'http2', frames: [{ frame: 'GOAWAY' }] };

export interface ReadRequest {
  readonly version: HttpVersion;
  readonly head: HttpRequestHead;
  readonly grpc: string | undefined;
}
export interface ReadResponse {
  readonly head: HttpResponseHead;
  readonly grpc: string | undefined;
}

/** The request in a message, or undefined if it holds none. */
export function readRequest(message: WireMessage): ReadRequest | undefined {
  if (message.layer === 'http1')
    return 'request' in message ? { version: 'http1', head: message.request, grpc: undefined } : undefined;
  if (message.layer !== 'http2') return undefined;
  for (const frame of message.frames) {
    if (frame.frame === 'HEADERS' && 'request' in frame)
      return { version: 'http2', head: frame.request, grpc: grpcOf(message.frames) };
  }
  return undefined;
}

/** The response in a message, trailers folded in, or undefined if it holds none. */
export function readResponse(message: WireMessage): ReadResponse | undefined {
  if (message.layer === 'http1') return 'response' in message ? { head: message.response, grpc: undefined } : undefined;
  if (message.layer !== 'http2') return undefined;
  let head: HttpResponseHead | undefined;
  for (const frame of message.frames) {
    if (frame.frame === 'HEADERS' && 'response' in frame)
      head = head === undefined ? frame.response : { ...head, ...grpcStatusOf(frame.response) };
  }
  return head === undefined ? undefined : { head, grpc: grpcOf(message.frames) };
}

function grpcStatusOf(trailers: HttpResponseHead): Partial<HttpResponseHead> {
  return trailers.grpcStatus === undefined ? {} : { grpcStatus: trailers.grpcStatus };
}

function grpcOf(frames: readonly Http2Frame[]): string | undefined {
  for (const frame of frames) if (frame.frame === 'DATA' && frame.grpc !== undefined) return frame.grpc;
  return undefined;
}

/** Whether a first message is HTTP at all, and which version: what a sniffing proxy concludes. */
export function sniffHttp(message: WireMessage): HttpVersion | undefined {
  return message.layer === 'http1' || message.layer === 'http2' ? message.layer : undefined;
}

/** A header's value by lower-case name. */
export function headerOf(
  head: { readonly headers: readonly (readonly [string, string])[] },
  name: string,
): string | undefined {
  for (const [key, value] of head.headers) if (key.toLowerCase() === name) return value;
  return undefined;
}

// gRPC streams on HTTP/2 (grpc/grpc:doc/PROTOCOL-HTTP2.md): HEADERS open one, a DATA frame carries a message, a DATA frame with
// END_STREAM ends the client's side, trailers with grpc-status end it all. Messages are cached, so that the trace stores each once.
import type { Http2Frame, HttpRequestHead, HttpResponseHead, WireMessage } from '../trace/index.ts';
import { responseMessage } from './http.ts';

const headers = [['content-type', 'application/grpc']] as const;

/** Opens a stream. `only`: the one message of a client that sends no more; undefined leaves its side open. */
export function grpcOpen(head: HttpRequestHead, only?: string): WireMessage {
  return only === undefined
    ? { layer: 'http2', frames: [{ frame: 'HEADERS', request: head, end: false }] }
    : {
        layer: 'http2',
        frames: [
          { frame: 'HEADERS', request: head, end: false },
          { frame: 'DATA', grpc: only, end: true },
        ],
      };
}

const messages = new Map<string, WireMessage>();

/** One message of an open stream. `isFirst`: the server's first, with the response's HEADERS. */
export function grpcMessage(text: string, isFirst = false): WireMessage {
  const key = `${String(isFirst)} ${text}`;
  let message = messages.get(key);
  if (message === undefined) {
    const data: Http2Frame = { frame: 'DATA', grpc: text, end: false };
    const frames: readonly Http2Frame[] = isFirst
      ? [{ frame: 'HEADERS', response: { status: 200, headers }, end: false }, data]
      : [data];
    messages.set(key, (message = { layer: 'http2', frames }));
  }
  return message;
}

/** The client sends no more. */
export const grpcHalfClose: WireMessage = { layer: 'http2', frames: [{ frame: 'DATA', end: true }] };

/** The server's end of a stream that went well. */
export const grpcTrailers: WireMessage = {
  layer: 'http2',
  frames: [{ frame: 'HEADERS', response: { status: 200, grpcStatus: 0, headers: [] }, end: true }],
};

/** The answer to a client stream as a whole: HEADERS, one message, trailers. */
export const grpcAnswer = responseMessage('http2', { status: 200, grpcStatus: 0, headers }, 'response message');

/** Whether a request asks for gRPC. */
export function isGrpcRequest(head: HttpRequestHead): boolean {
  return head.headers.some(([name, value]) => name === 'content-type' && value.startsWith('application/grpc'));
}

/** What a packet says of the stream it belongs to. */
export interface GrpcFrames {
  /** Messages it carries. */
  readonly messages: readonly string[];
  /** The last response head in it: the trailers where it ends the stream. */
  readonly head: HttpResponseHead | undefined;
  /** The sender sends no more. */
  readonly isEnd: boolean;
  /** Error of a RST_STREAM; undefined without one. */
  readonly reset: string | undefined;
}

/** Reads a packet of a gRPC stream; undefined if it is not HTTP/2. */
export function readGrpc(message: WireMessage): GrpcFrames | undefined {
  if (message.layer !== 'http2') return undefined;
  const texts: string[] = [];
  let head: HttpResponseHead | undefined;
  let reset: string | undefined;
  for (const frame of message.frames) {
    if (frame.frame === 'DATA' && frame.grpc !== undefined) texts.push(frame.grpc);
    if (frame.frame === 'HEADERS' && 'response' in frame) head = frame.response;
    if (frame.frame === 'RST_STREAM') reset = frame.error;
  }
  return { messages: texts, head, isEnd: message.frames.some((frame) => 'end' in frame && frame.end), reset };
}

/** gRPC status of a plain HTTP answer (grpc/grpc:doc/http-grpc-status-mapping.md). */
export function grpcFromHttp(status: number): number {
  if (status === 400) return 13;
  if (status === 401) return 16;
  if (status === 403) return 7;
  if (status === 404) return 12;
  return status === 429 || (status >= 502 && status <= 504) ? 14 : 2;
}

/** gRPC status of a stream that was reset (grpc/grpc:doc/PROTOCOL-HTTP2.md, Errors). */
export function grpcFromReset(error: string): number {
  if (error === 'REFUSED_STREAM') return 14;
  if (error === 'CANCEL') return 1;
  if (error === 'ENHANCE_YOUR_CALM') return 8;
  return error === 'INADEQUATE_SECURITY' ? 7 : 13;
}

// HBONE on the wire: HTTP/2 CONNECT inside mutual TLS 1.3 on port 15008. Messages are cached so that the trace stores each once.
// Source: istio/ztunnel:src/proxy/{outbound,inbound}.rs and src/proxy/h2 at 1.31. The headers baggage and traceparent are not modelled.
import { headerOf, http2Preface, http2Settings } from '../../net/index.ts';
import type { HttpRequestHead, WireMessage } from '../../trace/index.ts';

export { http2Preface, http2Settings };

/** `CONNECT authority`, with the client's address and the Service it dialled for the server's telemetry. */
export function connectMessage(authority: string, forwardedFor: string, service: string): WireMessage {
  const forwarded = service === '' ? `for="${forwardedFor}"` : `for="${forwardedFor}";host=${service}`;
  return {
    layer: 'http2',
    frames: [
      {
        frame: 'HEADERS',
        request: { method: 'CONNECT', path: '', authority, headers: [['forwarded', forwarded]] },
        end: false,
      },
    ],
  };
}

const answers = new Map<number, WireMessage>();
/** The server's answer to CONNECT: 200, or the status that refuses it. */
export function connectAnswer(status: number): WireMessage {
  let message = answers.get(status);
  if (message === undefined)
    answers.set(
      status,
      (message = {
        layer: 'http2',
        frames: [{ frame: 'HEADERS', response: { status, headers: [] }, end: status !== 200 }],
      }),
    );
  return message;
}

const wrapped = new WeakMap<WireMessage, WireMessage>();
/** The application's bytes as one DATA frame. */
export function wrap(inner: WireMessage): WireMessage {
  let message = wrapped.get(inner);
  if (message === undefined)
    wrapped.set(inner, (message = { layer: 'http2', frames: [{ frame: 'DATA', inner, end: false }] }));
  return message;
}

/** The end of one direction of a stream. */
export const endOfStream: WireMessage = { layer: 'http2', frames: [{ frame: 'DATA', end: true }] };
/** A stream cut off. */
export const resetStream: WireMessage = { layer: 'http2', frames: [{ frame: 'RST_STREAM', error: 'CANCEL' }] };
/** No new streams on this tunnel. */
export const goaway: WireMessage = { layer: 'http2', frames: [{ frame: 'GOAWAY' }] };

/** What a message on a tunnel says about its stream. */
export type StreamEvent =
  /** `service`: the host of `forwarded`, '' without one. */
  | { readonly kind: 'connect'; readonly authority: string; readonly service: string }
  | { readonly kind: 'answer'; readonly status: number }
  | { readonly kind: 'data'; readonly inner: WireMessage }
  | { readonly kind: 'end' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'preface' }
  | { readonly kind: 'goaway' }
  | { readonly kind: 'other' };

/** Reads one message of a tunnel. */
export function readStream(message: WireMessage): StreamEvent {
  if (message.layer !== 'http2') return { kind: 'other' };
  const frame = message.frames[0];
  switch (frame?.frame) {
    case 'HEADERS':
      return 'request' in frame
        ? { kind: 'connect', authority: frame.request.authority, service: forwardedHost(frame.request) }
        : { kind: 'answer', status: frame.response.status };
    case 'DATA':
      return frame.inner === undefined ? { kind: 'end' } : { kind: 'data', inner: frame.inner };
    case 'RST_STREAM':
      return { kind: 'reset' };
    case 'PREFACE':
      return { kind: 'preface' };
    case 'GOAWAY':
      return { kind: 'goaway' };
    case 'SETTINGS':
    case 'SETTINGS-ACK':
    case 'PING':
    case undefined:
      return { kind: 'other' };
  }
}

function forwardedHost(request: HttpRequestHead): string {
  return /;host=(.+)$/.exec(headerOf(request, 'forwarded') ?? '')?.[1] ?? '';
}

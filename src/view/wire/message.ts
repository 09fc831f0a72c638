// What a packet's message is called and whether it carries bad news. Protocol words are the same in every language.

import { assertNever } from '../../kernel/index.ts';
import type { Http2Frame, HttpRequestHead, HttpResponseHead, TlsMessage, WireMessage } from '../../trace/index.ts';

export interface MessageLabel {
  /** `ClientHello`, `POST /charge`, `200`: short enough for an arrow. */
  readonly title: string;
  /** What else is worth knowing: ALPN, SNI, the identity, the authority; empty if nothing. */
  readonly detail: string;
  /** What the message belongs to: the making of a connection or of one layer on it, an HBONE tunnel, or what all that is for. */
  readonly phase: 'tcp' | 'tls' | 'http2' | 'tunnel' | 'request';
  /** The text of the flag beside a failing packet; empty while nothing failed. */
  readonly failure: string;
}

/** Names a message as an observer inside the two endpoints sees it. */
export function labelOf(message: WireMessage): MessageLabel {
  switch (message.layer) {
    case 'tcp':
      return { title: message.flag, detail: '', phase: 'tcp', failure: message.flag === 'RST' ? 'RST' : '' };
    case 'tls':
      return labelOfFlight(message.flight);
    case 'http1':
      return withVersion(
        'request' in message ? labelOfRequest(message.request) : labelOfResponse(message.response),
        message.version,
      );
    case 'http2':
      return labelOfFrames(message.frames);
    case 'bytes':
    case 'udp':
      return { title: message.what, detail: '', phase: 'request', failure: '' };
    default:
      return assertNever(message);
  }
}

function withVersion(label: MessageLabel, version: '1.0' | undefined): MessageLabel {
  return version === undefined ? label : { ...label, title: `${label.title} HTTP/${version}` };
}

function labelOfFlight(flight: readonly TlsMessage[]): MessageLabel {
  const alert = flight.find((part) => part.name === 'Alert');
  const detail: string[] = [];
  for (const part of flight) {
    if (part.alpn !== undefined && part.alpn.length > 0) detail.push(`ALPN ${part.alpn.join(', ')}`);
    if (part.sni !== undefined && part.sni !== '') detail.push(`SNI ${part.sni}`);
    if (part.san !== undefined && part.san.length > 0) detail.push(part.san.join(', '));
    if (part.alert !== undefined) detail.push(part.alert);
  }
  return {
    title: flight.map((part) => part.name).join(', '),
    detail: detail.join(' · '),
    phase: 'tls',
    failure: alert === undefined ? '' : `TLS ${alert.alert ?? 'alert'}`,
  };
}

function labelOfRequest(head: HttpRequestHead): MessageLabel {
  const isTunnel = head.method === 'CONNECT';
  return {
    title: isTunnel ? `CONNECT ${head.authority}` : `${head.method} ${head.path}`,
    detail: isTunnel ? '' : head.authority,
    phase: isTunnel ? 'tunnel' : 'request',
    failure: '',
  };
}

function labelOfResponse(head: HttpResponseHead): MessageLabel {
  const isGrpcFailure = head.grpcStatus !== undefined && head.grpcStatus !== 0;
  const isFailure = head.status >= 400 || isGrpcFailure;
  const title = head.grpcStatus === undefined ? String(head.status) : `${head.status} grpc-status ${head.grpcStatus}`;
  return {
    title,
    detail: head.body ?? '',
    phase: 'request',
    failure: isFailure ? (isGrpcFailure ? `grpc ${head.grpcStatus ?? ''}` : String(head.status)) : '',
  };
}

/** Frames of one packet: HEADERS say it, DATA with something inside says what, the rest is named by its frames. */
function labelOfFrames(frames: readonly Http2Frame[]): MessageLabel {
  for (const frame of frames) {
    if (frame.frame === 'HEADERS') {
      const label = 'request' in frame ? labelOfRequest(frame.request) : labelOfResponse(frame.response);
      return {
        ...label,
        detail: [label.detail, frames.map((part) => part.frame).join(' + ')].filter((text) => text !== '').join(' · '),
      };
    }
  }
  for (const frame of frames) {
    if (frame.frame !== 'DATA') continue;
    if (frame.inner !== undefined) {
      const inner = labelOf(frame.inner);
      return { ...inner, title: `DATA › ${inner.title}` };
    }
    if (frame.grpc !== undefined) return { title: `DATA ${frame.grpc}`, detail: '', phase: 'request', failure: '' };
  }
  const reset = frames.find((frame) => frame.frame === 'RST_STREAM');
  return {
    title: frames.map((frame) => frame.frame).join(' + '),
    detail: reset?.error ?? '',
    // Frames of the connection itself; those of a stream belong to what it carries.
    phase: frames.every((frame) => frame.frame === 'DATA' || frame.frame === 'RST_STREAM') ? 'request' : 'http2',
    failure: reset === undefined ? '' : `RST_STREAM ${reset.error}`,
  };
}

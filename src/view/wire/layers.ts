// One packet's message taken apart, from the outermost layer to the innermost, as an observer inside the two endpoints sees it: what
// lies inside TLS is what an eavesdropper does not see. Protocol words are the same in every language.

import { assertNever } from '../../kernel/index.ts';
import type { HeaderList, Http2Frame, TlsMessage, WireMessage } from '../../trace/index.ts';
import { columnsOf } from '../run/columns.ts';
import type { ConnectionEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';

export interface WireLayer {
  /** `tunnel`: HBONE, a connection carried in a stream of another. */
  readonly kind: 'tcp' | 'tls' | 'http2' | 'tunnel' | 'http' | 'bytes';
  /** `HTTP/2 stream 3 · DATA`, `GET /cart`. */
  readonly title: string;
  /** Headers, parts of a handshake, identities; few. */
  readonly lines: readonly string[];
}

const packetAt = columnsOf('packet');
/** Lines of one layer; the last of more says how many are left out. */
const LINES_MAX = 9;

/** The layers of a `packet` record, at least one. */
export function layersOfPacket(index: RunIndex, packet: number): readonly WireLayer[] {
  const { connection, toServer, message, stream, encrypted } = index.trace.getAs(packet, 'packet');
  const entry = index.connections.get(connection);
  const layers: WireLayer[] = [];
  if (entry !== undefined) {
    const { source, destination } = index.trace.getAs(entry.opened, 'connection');
    const ends = toServer ? [source, destination] : [destination, source];
    layers.push({ kind: 'tcp', title: `TCP ${ends.join(' → ')}`, lines: [] });
  }
  if (encrypted && message.layer !== 'tcp' && message.layer !== 'tls')
    layers.push({ kind: 'tls', title: 'TLS 1.3', lines: entry === undefined ? [] : identitiesOf(index, entry) });
  layers.push(
    ...layersOfMessage(message, { stream, tunnel: entry === undefined ? '' : tunnelOf(index, entry, stream) }),
  );
  return layers.map(cut);
}

function cut(layer: WireLayer): WireLayer {
  const { lines } = layer;
  if (lines.length <= LINES_MAX) return layer;
  return { ...layer, lines: [...lines.slice(0, LINES_MAX - 1), `+${lines.length - LINES_MAX + 1}`] };
}

/** Who the two ends have proved to be. */
function identitiesOf(index: RunIndex, { secured }: ConnectionEntry): readonly string[] {
  if (secured < 0) return [];
  const { client, server } = index.trace.getAs(secured, 'secured');
  return [client, server].filter((identity) => identity !== '');
}

/** What a stream of a tunnel was opened to: the authority of its CONNECT; empty for any other stream. */
function tunnelOf(index: RunIndex, { packets }: ConnectionEntry, stream: number): string {
  for (const id of packets) {
    if (index.trace.operand(id, packetAt.stream) !== stream) continue;
    const { message } = index.trace.getAs(id, 'packet');
    for (const frame of message.layer === 'http2' ? message.frames : [])
      if (frame.frame === 'HEADERS' && 'request' in frame)
        return frame.request.method === 'CONNECT' ? frame.request.authority : '';
  }
  return '';
}

interface Around {
  /** 0: none, or not known. */
  readonly stream: number;
  readonly tunnel: string;
}

function layersOfMessage(message: WireMessage, around: Around): readonly WireLayer[] {
  switch (message.layer) {
    case 'tcp':
      return [{ kind: 'bytes', title: message.flag, lines: [] }];
    case 'tls':
      return [{ kind: 'tls', title: 'TLS 1.3', lines: message.flight.map(partOfFlight) }];
    case 'http1':
      return [httpLayer(message, `HTTP/${message.version ?? '1.1'}`)];
    case 'http2':
      return http2Layers(message.frames, around);
    case 'bytes':
    case 'udp':
      return [{ kind: 'bytes', title: message.what, lines: [] }];
    default:
      return assertNever(message);
  }
}

function httpLayer(message: Extract<WireMessage, { layer: 'http1' }>, version: string): WireLayer {
  return 'request' in message ? requestLayer(message, version) : responseLayer(message, version);
}

function partOfFlight({ name, alpn = [], sni = '', san = [], alert = '' }: TlsMessage): string {
  const details = [...alpn.map((one) => `ALPN ${one}`), ...(sni === '' ? [] : [`SNI ${sni}`]), ...san, alert];
  return [name, ...details.filter((detail) => detail !== '')].join(' · ');
}

function http2Layers(frames: readonly Http2Frame[], { stream, tunnel }: Around): readonly WireLayer[] {
  const names = frames.map(({ frame }) => frame).join(' + ');
  const layers: WireLayer[] = [
    { kind: 'http2', title: `HTTP/2${stream > 0 ? ` stream ${stream}` : ''} · ${names}`, lines: [] },
  ];
  for (const frame of frames) {
    if (frame.frame === 'HEADERS')
      layers.push('request' in frame ? requestLayer(frame, '') : responseLayer(frame, tunnel === '' ? '' : 'HBONE'));
    else if (frame.frame === 'RST_STREAM') layers.push({ kind: 'http', title: frame.error, lines: [] });
    else if (frame.frame === 'DATA' && frame.inner !== undefined) {
      layers.push({ kind: 'tunnel', title: `HBONE ${tunnel}`.trimEnd(), lines: [] });
      layers.push(...layersOfMessage(frame.inner, { stream: 0, tunnel: '' }));
    } else if (frame.frame === 'DATA' && frame.grpc !== undefined)
      layers.push({ kind: 'http', title: `gRPC ${frame.grpc}`, lines: [] });
  }
  return layers;
}

type Request = Extract<WireMessage, { readonly request: unknown }>['request'];
type Response = Extract<WireMessage, { readonly response: unknown }>['response'];

function requestLayer({ request }: { readonly request: Request }, version: string): WireLayer {
  const { method, path, authority, headers } = request;
  const isTunnel = method === 'CONNECT';
  return {
    kind: isTunnel ? 'tunnel' : 'http',
    title: [isTunnel ? `HBONE CONNECT ${authority}` : `${method} ${path}`, version].join(' ').trimEnd(),
    lines: [...(isTunnel ? [] : [`${version === '' ? ':authority' : 'host'}: ${authority}`]), ...linesOf(headers)],
  };
}

/** `protocol`: what stands before the status; empty for HTTP/2, which the layer around names. */
function responseLayer({ response }: { readonly response: Response }, protocol: string): WireLayer {
  const { status, grpcStatus, headers, body } = response;
  return {
    kind: protocol === 'HBONE' ? 'tunnel' : 'http',
    title: [protocol, status, grpcStatus === undefined ? '' : `grpc-status ${grpcStatus}`].join(' ').trim(),
    lines: [...linesOf(headers), ...(body === undefined || body === '' ? [] : [body])],
  };
}

function linesOf(headers: HeaderList): readonly string[] {
  return headers.map(([name, value]) => `${name}: ${value}`);
}

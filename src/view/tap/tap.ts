// What somebody who listens on a link learns of a connection, beside what its two ends know: for every packet that which travels in
// the clear and that which does not. TLS is 1.3: of a handshake only ClientHello and ServerHello can be read (RFC 8446, section 2).
// Not modelled: sizes, so what an eavesdropper can tell from lengths; the timing is the run's.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { TlsMessage } from '../../trace/index.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import type { ConnectionEntry } from '../run/entries.ts';
import { HBONE_PORT } from '../run/place.ts';
import type { RunIndex } from '../run/run-index.ts';
import { requestOfRecord, storyOf } from '../run/story.ts';
import { clientLane, serverLane, type Lane } from '../sequence/lanes.ts';
import { layersOfPacket, type WireLayer } from '../wire/layers.ts';

/** Where the listener stands: inside the pod, on the node, or anywhere between two nodes. */
export type Vantage = 'loopback' | 'node' | 'network';

/** A connection that can be listened to. */
export interface TapLink {
  readonly connection: AnyEntityId;
  readonly from: Lane;
  readonly to: Lane;
  readonly vantage: Vantage;
  /** Port 15008: what travels is a tunnel for other connections. */
  readonly isTunnel: boolean;
}

/**
 * What of a packet can be read.
 * - `tcp`: a segment without content. `plain`: all of it, layer by layer.
 * - `handshake`: the readable messages of a TLS flight, and how many more are in it, encrypted.
 * - `sealed`: a TLS record of application data; that there is one, and nothing of it.
 */
export type Seen =
  | { readonly kind: 'tcp'; readonly flag: string }
  | { readonly kind: 'plain'; readonly layers: readonly WireLayer[] }
  | { readonly kind: 'handshake'; readonly readable: readonly string[]; readonly hidden: number }
  | { readonly kind: 'sealed' };

export type TapRow =
  | {
      readonly kind: 'packet';
      readonly id: number;
      readonly at: number;
      readonly toServer: boolean;
      readonly isDropped: boolean;
      readonly seen: Seen;
      /** The same packet at its ends, from the layer inside TCP on; empty where there is no more to know. */
      readonly known: readonly WireLayer[];
    }
  | { readonly kind: 'omitted'; readonly id: number; readonly count: number };

/** What a listener has learned up to the playhead. */
export interface Learned {
  /** `nothing`: no content has travelled. `open`: all that did could be read. `sealed`: none. `both`: some of it. */
  readonly verdict: 'nothing' | 'open' | 'sealed' | 'both';
  /** `10.244.1.3:40012`, as in every packet's header. */
  readonly source: string;
  readonly destination: string;
  /** From the ClientHello; empty without one. */
  readonly sni: string;
  readonly alpn: readonly string[];
  readonly readable: number;
  readonly sealed: number;
  /** What the ends have proved to each other; empty where nobody proved anything. */
  readonly identities: readonly string[];
}

export interface Tap {
  readonly link: TapLink;
  readonly rows: readonly TapRow[];
  readonly learned: Learned;
}

/** Links offered while nothing is selected. */
const LINKS_MAX = 12;
/** Packets shown of a long connection: how it began, and what came last. */
const FIRST_SHOWN = 12;
const LAST_SHOWN = 40;

const packetAt = columnsOf('packet');

/** The links of what is selected, on the way of its request; without a selection those between pods that were used last. */
export function tapLinks(index: RunIndex, record: number, cursor: number): readonly TapLink[] {
  return connectionsAt(index, record, cursor).map((connection) => linkOf(index, connection));
}

function connectionsAt(index: RunIndex, record: number, cursor: number): readonly ConnectionEntry[] {
  const request = index.requests.get(requestOfRecord(index, record));
  if (request !== undefined) return storyOf(index, request).rides.map(({ connection }) => connection);
  const own =
    record < 0 || record >= index.trace.length ? undefined : index.connections.get(index.connections.of(record));
  return own === undefined ? lastUsed(index, cursor) : [own];
}

function lastUsed(index: RunIndex, cursor: number): readonly ConnectionEntry[] {
  const used = new Set<ConnectionEntry>();
  const { ids } = index.packets;
  for (let at = countBefore(ids, cursor) - 1; at >= 0 && used.size < LINKS_MAX; at -= 1) {
    const connection = index.connections.get(index.trace.operand(ids[at] ?? 0, packetAt.connection) as AnyEntityId); // an entity operand
    if (connection !== undefined && connection.link !== 'loopback') used.add(connection);
  }
  return [...used];
}

function linkOf(index: RunIndex, connection: ConnectionEntry): TapLink {
  return {
    connection: connection.entity,
    from: clientLane(index, connection),
    to: serverLane(index, connection),
    vantage: vantageOf(connection),
    isTunnel: connection.port === HBONE_PORT,
  };
}

function vantageOf({ link }: ConnectionEntry): Vantage {
  return link === 'loopback' || link === 'node' ? link : 'network';
}

/** The link that carries a record's packet, if it is among those offered: where to listen first. Undefined where none is. */
export function linkOfRecord(index: RunIndex, links: readonly TapLink[], record: number): TapLink | undefined {
  const own = record < 0 || record >= index.trace.length ? -1 : index.connections.of(record);
  return (
    links.find(({ connection }) => connection === own) ??
    links.find(({ vantage }) => vantage === 'network') ??
    links.find(({ vantage }) => vantage === 'node') ??
    links[0]
  );
}

/** Listens to a connection; undefined when there is none of that number. `record`: its request's packets are shown in any case. */
export function tapOf(
  index: RunIndex,
  entity: AnyEntityId,
  { record, cursor }: { readonly record: number; readonly cursor: number },
): Tap | undefined {
  const connection = index.connections.get(entity);
  if (connection === undefined) return undefined;
  const { packets } = connection;
  const reader = readerOf(index, connection);
  const shown = shownPackets(index, connection, { record, cursor });
  const rows: TapRow[] = [];
  let last = -1;
  for (const position of shown) {
    if (position > last + 1) rows.push({ kind: 'omitted', id: packets[last + 1] ?? 0, count: position - last - 1 });
    last = position;
    rows.push(rowOf(index, packets[position] ?? 0, reader)); // a position of the list
  }
  return { link: linkOf(index, connection), rows, learned: learnedOf(index, connection, reader, cursor) };
}

/** Positions in the connection's list of packets, ascending. */
function shownPackets(
  index: RunIndex,
  { packets }: ConnectionEntry,
  { record, cursor }: { readonly record: number; readonly cursor: number },
): readonly number[] {
  const request = index.requests.get(requestOfRecord(index, record));
  const own = new Set(request === undefined ? [] : storyOf(index, request).packets);
  const here = countBefore(packets, cursor);
  const isShown = (id: number, position: number): boolean =>
    position < FIRST_SHOWN || own.has(id) || (position >= here - LAST_SHOWN && position < here + FIRST_SHOWN);
  return packets.flatMap((id, position) => (isShown(id, position) ? [position] : []));
}

/** Reads packets of one connection as its listener does. */
type Reader = (id: number) => Seen;

function readerOf(index: RunIndex, { packets }: ConnectionEntry): Reader {
  const hello = packets.find((id) => flightOf(index, id)?.some(({ name }) => name === 'ServerHello')) ?? Infinity;
  return (id) => {
    const { message, encrypted } = index.trace.getAs(id, 'packet');
    if (message.layer === 'tcp') return { kind: 'tcp', flag: message.flag };
    if (message.layer === 'tls') return seenOfFlight(message.flight, id > hello);
    if (encrypted) return { kind: 'sealed' };
    return { kind: 'plain', layers: insideTcp(layersOfPacket(index, id)) };
  };
}

function flightOf(index: RunIndex, id: number): readonly TlsMessage[] | undefined {
  const { message } = index.trace.getAs(id, 'packet');
  return message.layer === 'tls' ? message.flight : undefined;
}

/** Whoever has sent or received ServerHello has keys: what follows it is encrypted, alerts too. */
function seenOfFlight(flight: readonly TlsMessage[], hasKeys: boolean): Seen {
  const hello = flight.findIndex(({ name }) => name === 'ServerHello');
  const clear = hasKeys ? [] : hello < 0 ? flight : flight.slice(0, hello + 1);
  return { kind: 'handshake', readable: clear.map(partOfFlight), hidden: flight.length - clear.length };
}

function partOfFlight({ name, sni = '', alpn = [], alert = '' }: TlsMessage): string {
  const details = [sni === '' ? '' : `SNI ${sni}`, ...alpn.map((one) => `ALPN ${one}`), alert];
  return [name, ...details.filter((detail) => detail !== '')].join(' · ');
}

function insideTcp(layers: readonly WireLayer[]): readonly WireLayer[] {
  return layers[0]?.kind === 'tcp' ? layers.slice(1) : layers;
}

function rowOf(index: RunIndex, id: number, read: Reader): TapRow {
  const seen = read(id);
  const knows = seen.kind === 'sealed' || (seen.kind === 'handshake' && seen.hidden > 0);
  return {
    kind: 'packet',
    id,
    at: index.trace.timeOf(id),
    toServer: index.trace.operand(id, packetAt.toServer) === 1,
    isDropped: index.packets.drops.has(id),
    seen,
    known: knows ? insideTcp(layersOfPacket(index, id)) : [],
  };
}

function learnedOf(index: RunIndex, connection: ConnectionEntry, read: Reader, cursor: number): Learned {
  const { source, destination } = index.trace.getAs(connection.opened, 'connection');
  let [readable, sealed] = [0, 0];
  let hello: TlsMessage | undefined;
  for (const id of connection.packets) {
    if (id >= cursor) break;
    const { kind } = read(id);
    if (kind === 'plain') readable += 1;
    else if (kind === 'sealed') sealed += 1;
    else if (kind === 'handshake') hello ??= flightOf(index, id)?.find(({ name }) => name === 'ClientHello');
  }
  const proved =
    connection.secured < 0 || connection.secured >= cursor
      ? undefined
      : index.trace.getAs(connection.secured, 'secured');
  return {
    verdict: verdictOf(readable, sealed),
    source,
    destination,
    sni: hello?.sni ?? '',
    alpn: hello?.alpn ?? [],
    readable,
    sealed,
    identities: [proved?.client ?? '', proved?.server ?? ''].filter((identity) => identity !== ''),
  };
}

function verdictOf(readable: number, sealed: number): Learned['verdict'] {
  if (readable + sealed === 0) return 'nothing';
  if (sealed === 0) return 'open';
  return readable === 0 ? 'sealed' : 'both';
}

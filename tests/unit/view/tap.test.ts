// What a listener on a link learns, as the engine really plays it: one request from web to orders in each mode, seen hop by hop.

import { describe, expect, test } from 'vitest';
import { linkOfRecord, tapLinks, tapOf, type Tap } from '../../../src/view/tap/index.ts';
import type { RunIndex } from '../../../src/view/index.ts';
import { failures, modes, requestOf, runFailure, type Mode } from './failures.ts';
import { indexOf } from './indexed.ts';

interface Listened {
  readonly index: RunIndex;
  readonly request: number;
  readonly cursor: number;
}

const plain = failures[0]!;
const runs = new Map(
  modes.map((mode): [Mode, Listened] => {
    const run = runFailure(plain, mode);
    const index = indexOf(run.trace);
    const request = requestOf(run, plain);
    return [mode, { index, request, cursor: index.trace.length }];
  }),
);

/** Every hop of the request, listened to. */
function tapsOf(mode: Mode): readonly Tap[] {
  const { index, request, cursor } = runs.get(mode)!;
  return tapLinks(index, request, cursor).map(({ connection }) =>
    tapOf(index, connection, { record: request, cursor })!,
  );
}

/** `envoy network sealed`: the hop by who dialled, where one listens, and what one learns. */
const hops: Readonly<Record<Mode, readonly string[]>> = {
  none: ['web network open'],
  sidecar: ['web loopback open', 'envoy network sealed', 'envoy loopback open'],
  ambient: ['web loopback open', 'ztunnel network sealed', 'ztunnel loopback open'],
};

test.each(modes)('in mode %s only the hop between the proxies is closed to a listener', (mode) => {
  const told = tapsOf(mode).map(({ link, learned }) => `${link.from.program} ${link.vantage} ${learned.verdict}`);
  expect(told).toEqual(hops[mode]);
});

describe('on the link between two nodes', () => {
  const between = (mode: Mode): Tap => tapsOf(mode).find(({ link }) => link.vantage === 'network')!;

  test('without a mesh all of the request and its answer can be read', () => {
    const texts = between('none').rows.flatMap((row) =>
      row.kind === 'packet' && row.seen.kind === 'plain' ? row.seen.layers.map(({ title }) => title) : [],
    );
    expect(texts).toContain('GET /cart HTTP/1.1');
    expect(texts).toContain('HTTP/1.1 200');
  });

  test('sidecars show their SNI and what they offer, and nothing of what they say', () => {
    const { learned } = between('sidecar');
    expect(learned.sni).toBe('outbound_.8080_._.orders.shop.svc.cluster.local');
    expect(learned.alpn).toContain('istio');
    expect(learned.identities).toEqual([
      'spiffe://cluster.local/ns/shop/sa/web',
      'spiffe://cluster.local/ns/shop/sa/orders',
    ]);
  });

  test('a tunnel of ztunnels shows no name at all: only addresses and port 15008', () => {
    const { link, learned } = between('ambient');
    expect(link.isTunnel).toBe(true);
    expect(learned).toMatchObject({ sni: '', readable: 0 });
    expect(learned.destination).toMatch(/:15008$/);
  });

  test.each(['sidecar', 'ambient'] as const)(
    'in mode %s nothing after ServerHello is readable, certificates included',
    (mode) => {
      for (const row of between(mode).rows) {
        if (row.kind !== 'packet' || row.seen.kind !== 'handshake') continue;
        for (const part of row.seen.readable) expect(part).toMatch(/^(ClientHello|ServerHello)/);
      }
      const hidden = between(mode).rows.flatMap((row) =>
        row.kind === 'packet' && row.seen.kind === 'handshake' && row.seen.hidden > 0 ? [row] : [],
      );
      expect(hidden.length).toBeGreaterThan(0);
      // What the listener misses stands beside it.
      for (const { known } of hidden) expect(known.length).toBeGreaterThan(0);
    },
  );
});

test('what has not happened yet is not learned', () => {
  const { index, request } = runs.get('ambient')!;
  const { connection } = linkOfRecord(index, tapLinks(index, request, request), request)!;
  expect(tapOf(index, connection, { record: request, cursor: 0 })?.learned.verdict).toBe('nothing');
});

test('without a selection the links used last are offered, none of them inside a pod', () => {
  const { index, cursor } = runs.get('ambient')!;
  const links = tapLinks(index, -1, cursor);
  expect(links.length).toBeGreaterThan(0);
  expect(links.every(({ vantage }) => vantage !== 'loopback')).toBe(true);
});

test('a handshake that fails has shown its ClientHello, and sealed nothing', () => {
  const failure = failures.find(({ name }) => name === 'a DestinationRule asks for TLS the server cannot speak')!;
  const run = runFailure(failure, 'sidecar');
  const index = indexOf(run.trace);
  const request = requestOf(run, failure);
  const [outer] = tapLinks(index, request, index.trace.length).filter(({ vantage }) => vantage === 'network');
  const tap = tapOf(index, outer!.connection, { record: request, cursor: index.trace.length })!;
  const seen = tap.rows.flatMap((row) =>
    row.kind === 'packet' && row.seen.kind === 'handshake' ? row.seen.readable : [],
  );
  expect(seen.some((part) => part.startsWith('ClientHello'))).toBe(true);
  expect(tap.learned.sealed).toBe(0);
});

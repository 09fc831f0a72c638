// Who holds which certificate, as the engine really plays it: it comes, is over, comes again, or does not.

import { describe, expect, test } from 'vitest';
import { CertificateReader, type Holding } from '../../../src/view/certificates/index.ts';
import { runFailure, type Failure, type Mode } from './failures.ts';
import { indexOf } from './indexed.ts';

const SECOND = 1_000_000;

function readOf(mode: Mode, failure: Partial<Failure> = {}) {
  const run = runFailure({ name: 'certificates', ...failure }, mode);
  const index = indexOf(run.trace);
  const reader = new CertificateReader();
  const at = (seconds: number) => reader.at(index, seconds * SECOND);
  return { run, index, reader, at };
}

/** `Z1 sa/web: waiting valid`. */
function told({ station, identity, spans }: Holding): string {
  return `${station} ${identity.split('/').slice(-2).join('/')}: ${spans.map(({ state }) => state).join(' ')}`;
}

const gone = 'scale: istio-system/istiod, replicas: 0';
const cases: readonly (readonly [what: string, mode: Mode, failure: Partial<Failure>, holdings: readonly string[]])[] =
  [
    [
      'a sidecar waits for its own and holds it',
      'sidecar',
      {},
      ['O1 sa/orders: waiting valid', 'W1 sa/web: waiting valid'],
    ],
    [
      'a ztunnel holds one for each account of its node',
      'ambient',
      {},
      ['Z1 sa/web: waiting valid', 'Z2 sa/orders: waiting valid'],
    ],
    ['nobody holds any without a mesh', 'none', {}, []],
    [
      'one that is over is replaced by ztunnel at once',
      'ambient',
      { interventions: '- {at: 5s, expire: shop/web}' },
      ['Z1 sa/web: waiting valid waiting valid', 'Z2 sa/orders: waiting valid'],
    ],
  ];
test.each(cases)('%s', (_, mode, failure, holdings) => {
  const { reader, index } = readOf(mode, failure);
  const mesh = reader.holdings(index).filter(({ identity }) => identity.includes('/ns/shop/'));
  expect(mesh.map(told)).toEqual(holdings);
});

describe('a certificate at an instant', () => {
  const { at, run } = readOf('ambient');
  const web = at(6).find(({ holding }) => holding.identity.endsWith('/web'))!;

  test('says from when to when it holds: from two minutes before it was signed, for a day', () => {
    const { notBefore, notAfter } = web.span.validity!;
    expect(notAfter - notBefore).toBe((86_400 + 120) * SECOND);
    expect(Math.abs(notAfter - (web.span.from + 86_400 * SECOND))).toBeLessThan(SECOND);
  });

  test('is due at half of its validity', () => {
    const { notBefore, notAfter } = web.span.validity!;
    expect(web.renewal).toBe((notBefore + notAfter) / 2);
  });

  test('is not there before it was asked for', () => {
    expect(at(0.5)).toEqual([]);
    expect(run.trace.length).toBeGreaterThan(0);
  });
});

test('connections wait at a ztunnel that istiod gives no certificate', () => {
  const { at } = readOf('ambient', {
    interventions: `- {at: 4500ms, ${gone}}\n  - {at: 5500ms, expire: shop/web}`,
    call: 'http://orders:8080/ every 300ms',
    listens: '{port: 8080, protocol: http}',
    until: 9,
  });
  const web = at(8).find(({ holding }) => holding.identity.endsWith('/web'))!;
  expect(['missing', 'expired', 'waiting']).toContain(web.span.state);
});

test('a pod that leaves its node takes its certificate along', () => {
  const { reader, index } = readOf('ambient', { interventions: '- {at: 5s, scale: shop/web, replicas: 0}', until: 60 });
  const web = reader.holdings(index).find(({ identity }) => identity.endsWith('/web'))!;
  expect(web.marks.at(-1)?.sign).toBe('forgotten');
  expect(web.spans.at(-1)!.to).toBeLessThan(60 * SECOND);
});

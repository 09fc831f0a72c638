// What the page asks a search for, and what a link to a failing run says: links come from outside and may hold anything.
import { describe, expect, test } from 'vitest';

import { propertyUsages, readProperty } from '../../../src/explore/index.ts';
import { shortLine } from '../../../src/ui/race/verdict-text.ts';
import { choicesOf, formOf, missingIn, propertyKinds, propertyText } from '../../../src/ui/race/property-form.ts';
import { lessonHref, routeOf, sandboxHref, unluckyHref } from '../../../src/ui/route.ts';

/** Written in links since the first release: each is read for ever as it stands here. */
const links = [
  {
    hash: '#/en/~watch%2Fcontroller-manager~t~3~25810@52704.412',
    place: sandboxHref('en'),
    moment: {
      luck: [{ path: 'watch/controller-manager', purpose: 'timer', draw: 3, wait: 25_810 }],
      at: 52_704,
      record: 412,
    },
  },
  {
    hash: '#/ja/l/20-start-race/~pod%2Fshop%2Fweb-1~l~0~1!a%7Eb%21c%40d~t~12~600000000@6123456',
    place: lessonHref('ja', '20-start-race'),
    moment: {
      luck: [
        { path: 'pod/shop/web-1', purpose: 'latency', draw: 0, wait: 1 },
        { path: 'a~b!c@d', purpose: 'timer', draw: 12, wait: 600_000_000 },
      ],
      at: 6_123_456,
      record: undefined,
    },
  },
  { hash: '#/en/~@1300824.7', place: sandboxHref('en'), moment: { luck: [], at: 1_300_824, record: 7 } },
] as const;

describe('a link to an unlucky run', () => {
  test.each(links)('$hash is written and read', ({ hash, place, moment }) => {
    expect(unluckyHref(place, moment)).toBe(hash);
    expect(routeOf(hash)?.unlucky).toEqual(moment);
  });

  test('leaves the place what it is', () => {
    expect(routeOf(links[1].hash)).toMatchObject({ language: 'ja', lesson: '20-start-race' });
  });

  test.each([
    '~',
    '~@',
    '~x@5',
    '~a~x~1~1@5',
    '~%~t~1~1@5',
    '~a~t~1~1@-5',
    '~a~t~1~1',
    '~a~t~1~1@5.5.5',
    '~a~t~1e9~1@5',
    '~a~t~1~9999999999999999@5',
    '~a~t~1~1@3600000001',
    `~${'a'.repeat(5_000)}~t~1~1@5`,
    `~${Array(400).fill('a~t~1~1').join('!!')}@5`,
    '~<img src=x onerror=alert(1)>@1',
  ])('that says %j cannot be read, and says so', (text) => {
    expect(routeOf(`#/en/${text}`)).toEqual({ language: 'en', lesson: undefined, unlucky: 'unreadable' });
  });
});

describe('properties as forms', () => {
  test('are those that a search knows', () => {
    expect([...propertyKinds].toSorted()).toEqual(propertyUsages.map((usage) => usage.split(/[:[]/)[0]));
  });

  test.each(propertyKinds)(
    '%s is written so that it can be read, with everything filled in and with the least',
    (kind) => {
      const all = { from: 'shop/web', to: 'shop/*', pod: 'shop/web', job: 'shop/report', within: '200ms', flag: 'UF' };
      const markers = [
        { name: 'begin', at: 0 },
        { name: 'end', at: 9 },
      ];
      expect(
        readProperty(propertyText({ kind, values: { ...all, first: 'begin', end: 'end' } }), markers),
      ).toHaveProperty('judge');
      const needed = formOf(kind).fields.filter(({ isOptional }) => !isOptional);
      const values = Object.fromEntries(needed.map(({ name }) => [name, all[name]]));
      expect(missingIn({ kind, values })).toEqual([]);
      expect(readProperty(propertyText({ kind, values }))).toHaveProperty('judge');
      expect(missingIn({ kind, values: {} })).toEqual(needed.map(({ name }) => name));
    },
  );

  test('with a time that is none are not complete', () => {
    expect(missingIn({ kind: 'answered-within', values: { within: 'soon' } })).toEqual(['within']);
  });

  test('offer what there is in the scene: workloads, Jobs and markers that can be written', () => {
    const pods = [
      { namespace: 'shop', workload: 'Deployment/web' },
      { namespace: 'shop', workload: 'Job/report' },
      { namespace: 'istio-system', workload: 'Deployment/istiod' },
      { namespace: 'shop', workload: 'bare' },
    ];
    expect(choicesOf(pods, [{ name: 'begin' }, { name: 'a..b' }])).toEqual({
      workloads: ['shop/*', 'shop/bare', 'shop/report', 'shop/web'],
      jobs: ['shop/report'],
      markers: ['begin'],
    });
  });
});

test('a line of the trace is shown without when it was and without structures', () => {
  const line =
    '2643200+0 decision point=ztunnel.outbound chosen=HBONE 10.0.0.5:15008 input={"to":"a b","n":[1]} configuration=317 origin={}';
  expect(shortLine(line)).toBe('decision point=ztunnel.outbound chosen=HBONE 10.0.0.5:15008 configuration=317');
  expect(shortLine('0+0 event resource=Pod message=Stopping container app warning=false')).toBe(
    'event resource=Pod message=Stopping container app warning=false',
  );
});

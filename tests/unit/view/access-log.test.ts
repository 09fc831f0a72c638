// The access logs of runs as the engine plays them: whose lines they are, what their parts say, what a filter leaves.

import { describe, expect, test } from 'vitest';
import {
  AccessLog,
  accessParts,
  envoyFields,
  flagsOf,
  tellingPart,
  type AccessFilter,
} from '../../../src/view/access/index.ts';
import { failures, requestOf, runFailure, type Mode } from './failures.ts';
import { indexOf } from './indexed.ts';

const everything: AccessFilter = { proxy: -1, text: '', isFailuresOnly: false, request: -1 };

function logOf(name: string, mode: Mode) {
  const failure = failures.find((candidate) => candidate.name === name)!;
  const run = runFailure(failure, mode);
  const index = indexOf(run.trace);
  const log = new AccessLog();
  const cursor = index.trace.length;
  const lines = (filter: Partial<AccessFilter> = {}, count = 200) =>
    log.view(index, { ...everything, ...filter }, { cursor, count });
  return { index, log, cursor, lines, request: requestOf(run, failure) };
}

const fine = logOf('nothing is wrong', 'sidecar');
const denied = logOf('a DENY policy matches', 'ambient');
const nobody = logOf('nobody listens on the port', 'sidecar');

test.each([
  ['sidecar', fine],
  ['ambient', denied],
  ['a failing sidecar', nobody],
])('the parts of every line are the line, %s', (_, { lines }) => {
  expect(lines().lines.length).toBeGreaterThan(2);
  for (const line of lines().lines)
    expect(
      accessParts(line)
        .map(({ before, text }) => before + text)
        .join(''),
    ).toBe(line.text);
});

test('a line of Envoy has every field of the default format', () => {
  const [line] = fine.lines().lines;
  expect(accessParts(line!).map(({ field }) => field)).toEqual(envoyFields);
});

/** A field of a line, and what it says. */
const told: readonly (readonly [what: string, from: typeof fine, station: string, field: string, value: RegExp])[] = [
  ['the client’s proxy names the outbound cluster', fine, 'W1', 'upstream_cluster', /^outbound\|8080\|\|orders\.shop/],
  ['the server’s names the inbound one', fine, 'O1', 'upstream_cluster', /^inbound\|8080\|\|$/],
  ['a refused connection is flagged URX,UF or UF', nobody, 'O1', 'response_flags', /UF/],
  ['ztunnel says which policy denied', denied, 'Z2', 'error', /explicitly denied by: shop\/deny-web/],
  ['the client’s ztunnel only sees a 401', denied, 'Z1', 'error', /401 Unauthorized/],
  ['an identity is there because mutual TLS proved it', denied, 'Z2', 'src.identity', /^spiffe:.*\/sa\/web$/],
];
test.each(told)('%s', (_, { lines }, station, field, value) => {
  const parts = lines()
    .lines.filter(({ proxy }) => proxy.station === station)
    .flatMap((line) => accessParts(line));
  expect(parts.filter((part) => part.field === field).map((part) => part.value)).toContainEqual(
    expect.stringMatching(value),
  );
});

test('the part that says most is the flag of a failing line and the error of a refused connection', () => {
  const most = ({ lines }: typeof fine) =>
    lines({ isFailuresOnly: true }).lines.map((line) => accessParts(line)[tellingPart(line, accessParts(line))]!.field);
  expect(new Set(most(nobody))).toEqual(new Set(['response_flags', 'response_code']));
  expect(new Set(most(denied))).toEqual(new Set(['error']));
});

test('flags are told one by one', () => {
  const [flagged] = nobody.lines({ text: ' UF,URX ' }).lines;
  const flags = accessParts(flagged ?? nobody.lines({ isFailuresOnly: true }).lines[0]!).flatMap(flagsOf);
  expect(flags.length).toBeGreaterThan(0);
  for (const flag of flags) expect(flag).toMatch(/^[A-Z]+$/);
});

describe('a filter', () => {
  test('leaves the lines of one proxy', () => {
    const proxies = fine.log.proxies(fine.index);
    expect(proxies.map(({ station, program }) => `${station} ${program}`)).toEqual(['O1 envoy', 'W1 envoy']);
    const { lines } = fine.lines({ proxy: proxies[0]!.process });
    expect(new Set(lines.map(({ proxy }) => proxy.station))).toEqual(new Set(['O1']));
  });

  test('leaves the lines of one request: one at each of its proxies', () => {
    expect(fine.lines({ request: fine.request }).lines.map(({ proxy }) => proxy.station)).toEqual(['O1', 'W1']);
    expect(denied.lines({ request: denied.request }).lines.map(({ proxy }) => proxy.station)).toEqual(['Z2', 'Z1']);
  });

  test('leaves what contains some words, whatever their case', () => {
    expect(fine.lines({ text: 'INBOUND|' }).lines.every(({ proxy }) => proxy.station === 'O1')).toBe(true);
    expect(fine.lines({ text: 'no such thing' })).toEqual({ lines: [], earlier: 0 });
  });

  test('shows the last lines and counts those before', () => {
    const all = fine.lines().lines.length;
    const { lines, earlier } = fine.lines({}, 2);
    expect([lines.length, earlier]).toEqual([2, all - 2]);
    expect(lines[0]!.id).toBeLessThan(lines[1]!.id);
  });
});

test('nothing later than the playhead is shown', () => {
  const { index, log } = fine;
  const [first] = fine.lines().lines;
  expect(log.view(index, everything, { cursor: first!.id, count: 9 }).lines).toEqual([]);
  expect(log.view(index, everything, { cursor: first!.id + 1, count: 9 }).lines.length).toBe(1);
});

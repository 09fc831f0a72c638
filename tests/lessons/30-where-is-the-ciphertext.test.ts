// What this lesson's text says about its own scene, beyond its properties: which pairs talk, and what is heard at each of the three taps.
import { expect, test } from 'vitest';
import type { MeasuredTable } from '../../src/lesson/index.ts';
import { manifestsOf, measure, prove } from '../../src/lesson/index.ts';
import type { Lesson } from '../../src/lesson/model/index.ts';
import type { Trace } from '../../src/trace/index.ts';
import { lessonFolders } from './lesson-folders.ts';

const schedules = 5;

function lessonUnderTest(): Lesson {
  const lesson = lessonFolders.get('30-where-is-the-ciphertext')?.lesson;
  if (lesson === undefined) throw new Error('the lesson does not load');
  return lesson;
}

const known = new Map<string, readonly Trace[]>();

function traces(variant: string): readonly Trace[] {
  const lesson = lessonUnderTest();
  const found =
    known.get(variant) ??
    [...prove(lesson, manifestsOf(lesson, variant), { ...lesson.bound, seeds: schedules })].map(({ run }) => run.trace);
  known.set(variant, found);
  return found;
}

/** Links of the connections that were accepted between different pods of the shop. */
function linksBetweenPods(trace: Trace): ReadonlySet<string> {
  const podOf = new Map<number, string>();
  for (const { netns, pod } of trace.select(['netns'])) if (pod >= 0) podOf.set(netns, trace.entity(pod).path);
  const isShop = (netns: number): boolean => podOf.get(netns)?.startsWith('pod/shop/') === true;
  const accepted = new Set([...trace.select(['accepted'])].map(({ connection }) => connection));
  const between = [...trace.select(['connection'])].filter(
    ({ connection, client, server }) => client !== server && isShop(client) && isShop(server) && accepted.has(connection),
  );
  return new Set(between.map(({ link }) => link));
}

/** The eavesdropper's table: [readable, ciphertext] at (a) loopback, (b) the pod's interface, (c) the node's. */
function taps(trace: Trace): readonly (readonly number[])[] {
  const lesson = lessonUnderTest();
  const table: MeasuredTable = measure(lesson.measurements[0]!, trace);
  expect(table.rows.map(({ label }) => label)).toEqual(['eavesdropper.pod-loopback', 'eavesdropper.pod-interface', 'eavesdropper.node-interface']);
  return table.rows.map(({ values }) => values);
}

test.each(['start', 'solution'])('in %s, pods talk to each other both on one node and on two', (variant) => {
  for (const trace of traces(variant)) expect(linksBetweenPods(trace)).toEqual(new Set(['node', 'network']));
});

test('in the start everything can be read, inside the pod, at its interface and between the nodes', () => {
  for (const trace of traces('start')) {
    for (const [readable, ciphertext] of taps(trace)) {
      expect(readable).toBeGreaterThan(0);
      expect(ciphertext).toBe(0);
    }
  }
});

test('in the solution only the loopback of a pod carries plaintext: the same node is no exception', () => {
  for (const trace of traces('solution')) {
    const [loopback, podInterface, nodeInterface] = taps(trace);
    expect(loopback?.[0]).toBeGreaterThan(0);
    expect(loopback?.[1]).toBe(0);
    expect(podInterface?.[0]).toBe(0);
    expect(podInterface?.[1]).toBeGreaterThan(nodeInterface?.[1] ?? 0); // more than between nodes: pairs on one node are in it
    expect(nodeInterface?.[0]).toBe(0);
    expect(nodeInterface?.[1]).toBeGreaterThan(0);
  }
});

test('ztunnel’s log names who called in the solution, and nobody in the start', () => {
  const callLines = (trace: Trace): readonly string[] =>
    [...trace.select(['log'])].map(({ line }) => line).filter((line) => line.includes('connection complete') && !line.startsWith('error'));
  for (const trace of traces('start')) {
    expect(callLines(trace).length).toBeGreaterThan(0);
    expect(callLines(trace).filter((line) => line.includes('identity'))).toEqual([]);
  }
  for (const trace of traces('solution')) {
    const inbound = callLines(trace).filter((line) => line.includes('direction="inbound"'));
    expect(inbound.length).toBeGreaterThan(0);
    expect(inbound.filter((line) => !line.includes('src.identity="spiffe://cluster.local/ns/shop/sa/web"'))).toEqual([]);
  }
});

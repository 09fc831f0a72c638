import { expect, test } from 'vitest';

import type { Origin } from '../../../src/trace/index.ts';
import { ageText, conditionsOf, objectGroups, objectHistoryOf, RunIndex } from '../../../src/view/index.ts';
import { RunBuilder } from './run-builder.ts';

const line = (
  kind: string,
  name: string,
  columns: readonly (readonly [string, string])[] = [],
  namespace = 'shop',
) => ({
  ref: { kind, namespace, name },
  columns,
});
const lines = [
  line('Service', 'web', [['TYPE', 'ClusterIP']]),
  line('Pod', 'web-1', [['STATUS', 'Running']]),
  line('Pod', 'web-2', [['STATUS', 'Pending']]),
  line('ReplicaSet', 'web-77b'),
  line('Pod', 'istiod-1', [['STATUS', 'Running']], 'istio-system'),
];
const names = (search: string, isAll = false): string[] =>
  objectGroups(lines, { search, isAll }).flatMap(({ kind, rows }) => rows.map(({ ref }) => `${kind} ${ref.name}`));

test('the manifests’ own objects first, pods on top; everything when asked', () => {
  expect(names('')).toEqual(['Pod web-1', 'Pod web-2', 'Service web']);
  expect(names('', true)).toEqual(['Pod web-1', 'Pod web-2', 'Pod istiod-1', 'Service web', 'ReplicaSet web-77b']);
});

test('a search finds every word in any column, whoever made the object', () => {
  expect(names('pod pending')).toEqual(['Pod web-2']);
  expect(names('ISTIOD')).toEqual(['Pod istiod-1']);
  expect(names('nowhere')).toEqual([]);
});

test.each([
  [0, '0s'],
  [119_999_999, '119s'],
  [120_000_000, '2m'],
  [200_000_000, '3m20s'],
  [45 * 60_000_000, '45m'],
  [5 * 3_600_000_000, '5h'],
])('an age of %i µs is %s', (span, text) => {
  expect(ageText(span)).toBe(text);
});

test('the history of an object: the latest first, up to the cursor, and where it was written', () => {
  const run = new RunBuilder();
  const origin: Origin = {
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    path: 'web.yaml',
    revision: 1,
    range: [1, 1, 9, 1],
  };
  const object = { resource: 'Deployment', namespace: 'shop', name: 'web', actor: 'kubectl', status: '' };
  run.write('object', { ...object, verb: 'created', origin });
  run.write('event', {
    resource: 'Deployment',
    namespace: 'shop',
    name: 'web',
    reason: 'ScalingReplicaSet',
    message: '',
    warning: false,
  });
  run.write('object', { ...object, name: 'other', verb: 'created', origin: {} });
  run.write('object', { ...object, verb: 'updated', origin: {} });
  const index = new RunIndex();
  index.receive(run.trace.slice(0, { texts: 0, data: 0, entities: 0 }));
  const ref = { kind: 'Deployment', namespace: 'shop', name: 'web' };
  expect(objectHistoryOf(index, ref, 4)).toEqual({ records: [3, 1, 0], origin });
  expect(objectHistoryOf(index, ref, 1)).toEqual({ records: [0], origin });
  expect(objectHistoryOf(index, { ...ref, name: 'nobody' }, 4)).toEqual({ records: [], origin: undefined });
  index.truncate(2);
  expect(objectHistoryOf(index, ref, 4).records).toEqual([1, 0]);
});

test('conditions are told one by one: the object’s, its listeners’, its parents’, and which of them mean trouble', () => {
  const condition = (type: string, status: string, reason: string): object => ({
    type,
    status,
    reason,
    message: `${type} is ${status}`,
    observedGeneration: 2,
  });
  const status = {
    conditions: [condition('Accepted', 'True', 'Accepted'), condition('Programmed', 'False', 'AddressNotUsable')],
    listeners: [{ name: 'http', conditions: [condition('Conflicted', 'True', 'HostnameConflict')] }],
    parents: [
      {
        parentRef: { kind: 'Gateway', namespace: 'shop', name: 'edge', sectionName: 'http' },
        conditions: [condition('ResolvedRefs', 'False', 'BackendNotFound')],
      },
    ],
  };
  expect(
    conditionsOf(status).map(({ of, type, isTrouble, observedGeneration }) => [
      of,
      type,
      isTrouble,
      observedGeneration,
    ]),
  ).toEqual([
    ['', 'Accepted', false, '2'],
    ['', 'Programmed', true, '2'],
    ['listener http', 'Conflicted', true, '2'],
    ['parent Gateway shop/edge http', 'ResolvedRefs', true, '2'],
  ]);
  expect(conditionsOf(undefined)).toEqual([]);
});

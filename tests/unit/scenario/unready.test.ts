// What a run says is not ready, and why: manifests a cluster accepts but cannot bring up, as data.
import { describe, expect, test } from 'vitest';
import { Run, unreadyOf } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const pod = (name: string, spec: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: ${spec}}`;
const deployment = (name: string, spec: string): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {selector: {matchLabels: {app: ${name}}}, ` +
  `template: {metadata: {labels: {app: ${name}}}, spec: ${spec}}}}`;

function ran(text: string, until = 20_000_000): Run {
  const run = new Run({ scenario: '', manifests: [{ path: 'a.yaml', text }], mesh: 'none' });
  run.advance(until);
  return run;
}

describe('what is not ready at the end of a run', () => {
  test.each<[string, string, object]>([
    [
      'a pod whose nodeSelector no node has is Pending, for the reason the scheduler gave',
      pod('picky', '{nodeSelector: {disk: ssd}, containers: [{name: a, image: nginx}]}'),
      {
        resource: 'Pod',
        phase: 'Pending',
        why: "FailedScheduling: 0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
      },
    ],
    [
      'a pod that wants a GPU is Pending',
      pod('train', '{containers: [{name: a, image: cuda, resources: {limits: {nvidia.com/gpu: 1}}}]}'),
      { phase: 'Pending', why: 'FailedScheduling: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.' },
    ],
    [
      'a Deployment whose service account is not there has no pods',
      deployment('orphan', '{serviceAccountName: nobody, containers: [{name: a, image: nginx}]}'),
      {
        resource: 'ReplicaSet',
        phase: 'none',
        why: expect.stringMatching(/^FailedCreate: .*serviceaccount "nobody" not found$/) as string,
      },
    ],
    [
      'a readiness probe that begins later has not succeeded yet',
      pod(
        'slow',
        '{containers: [{name: a, image: nginx, readinessProbe: {httpGet: {path: /, port: 80}, initialDelaySeconds: 180}}]}',
      ),
      { phase: 'Running', why: 'no readiness probe has succeeded yet' },
    ],
    [
      'a readiness gate that nobody opens keeps its pod from being ready',
      pod('gated', '{readinessGates: [{conditionType: example.com/warm}], containers: [{name: a, image: nginx}]}'),
      { phase: 'Running', why: 'readiness gate example.com/warm is not True' },
    ],
  ])('%s', (_, manifest, expected) => {
    const run = ran(manifest);
    expect(unreadyOf(run.trace, run.storedAt(run.simulated))).toEqual([expect.objectContaining(expected)]);
    expect(run.summary().pods.ready).toBe(0);
  });

  test('a pod that no node takes counts among all pods', () => {
    const run = ran(
      [
        pod('picky', '{nodeSelector: {disk: ssd}, containers: [{name: a, image: nginx}]}'),
        pod('plain', '{containers: [{name: a, image: nginx}]}'),
      ].join('\n---\n'),
    );
    expect(run.summary().pods).toEqual({ ready: 1, total: 2 });
    expect(run.advanceUntilReady(25_000_000)).toBeUndefined();
  });

  test('an empty serviceAccountName is the default one, and the old node labels are there', () => {
    const run = ran(
      deployment(
        'redis',
        '{serviceAccountName: "", nodeSelector: {beta.kubernetes.io/os: linux}, containers: [{name: a, image: redis}]}',
      ),
    );
    expect(unreadyOf(run.trace, run.storedAt(run.simulated))).toEqual([]);
    expect(run.summary().pods).toEqual({ ready: 1, total: 1 });
  });

  test('a Job that has ended is none of them', () => {
    const run = ran(
      '{apiVersion: batch/v1, kind: Job, metadata: {name: once}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}}}}',
    );
    expect(unreadyOf(run.trace, run.storedAt(run.simulated))).toEqual([]);
    expect(run.summary().pods.total).toBe(0);
  });
});

// Lives that go wrong for ever: what a cluster says of each, and that the run goes on. A row is a manifest, what is done to it, how long
// one looks on, the row of `kubectl get` it ends with, and a warning it gave.
import { expect, test } from 'vitest';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

interface Hard {
  readonly name: string;
  readonly manifest: string;
  readonly scenario?: string;
  readonly seconds: number;
  /** Kind and name, to the values of some columns at the end. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Reason of an Event, and how its message begins. */
  readonly says?: readonly [reason: string, message: string];
  /** Details of the inputs that were refused. */
  readonly refused?: readonly string[];
}

const pod = (name: string, spec: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: ${spec}}`;
const deployment = (name: string, replicas: number, spec: string, more = ''): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: ${replicas}, ${more} ` +
  `selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: ${spec}}}}`;
const web = '{containers: [{name: a, image: "a:1", ports: [{containerPort: 80}]}]}';

const rows: readonly Hard[] = [
  {
    name: 'a container that always fails is in CrashLoopBackOff',
    manifest: pod('crash', '{containers: [{name: a, image: a}]}'),
    scenario: 'programs: [{workload: default/crash, exit: {after: 1s, code: 3}}]',
    seconds: 120,
    ends: { 'Pod crash': { READY: '0/1', STATUS: 'CrashLoopBackOff' } },
    says: ['BackOff', 'Back-off restarting failed container'],
  },
  {
    name: 'a liveness probe that never passes restarts its container again and again',
    manifest: pod(
      'deaf',
      '{containers: [{name: a, image: a, livenessProbe: {tcpSocket: {port: 9}, periodSeconds: 1, failureThreshold: 2}, terminationMessagePath: /dev/null}], terminationGracePeriodSeconds: 1}',
    ),
    scenario: 'programs: [{workload: default/deaf, listens: []}]',
    seconds: 60,
    ends: { 'Pod deaf': { STATUS: 'CrashLoopBackOff' } },
    says: ['Unhealthy', 'Liveness probe failed'],
  },
  {
    name: 'a readiness probe that never passes keeps its pod from being ready, and a rollout from going on',
    manifest: deployment(
      'shy',
      2,
      '{containers: [{name: a, image: a, readinessProbe: {tcpSocket: {port: 9}, periodSeconds: 1}}]}',
      'progressDeadlineSeconds: 20,',
    ),
    scenario: 'programs: [{workload: default/shy, listens: []}]',
    seconds: 40,
    ends: { 'Deployment shy': { READY: '0/2', AVAILABLE: '0' } },
    says: ['Unhealthy', 'Readiness probe failed'],
  },
  {
    name: 'a grace period of 0 kills at once',
    manifest: pod('hasty', '{terminationGracePeriodSeconds: 0, containers: [{name: a, image: a}]}'),
    scenario:
      'programs: [{workload: default/hasty, onTerm: ignore}]\n  interventions: [{at: 10s, delete: Pod/default/hasty}]',
    seconds: 16,
    ends: { 'Pod hasty': {} },
  },
  {
    name: 'a grace period of a week is waited for',
    manifest: pod('slow', '{terminationGracePeriodSeconds: 604800, containers: [{name: a, image: a}]}'),
    scenario:
      'programs: [{workload: default/slow, onTerm: ignore}]\n  interventions: [{at: 10s, delete: Pod/default/slow}]',
    seconds: 600,
    ends: { 'Pod slow': { STATUS: 'Terminating' } },
  },
  {
    name: 'a Job whose deadline no pod can keep fails',
    manifest:
      '{apiVersion: batch/v1, kind: Job, metadata: {name: late}, spec: {activeDeadlineSeconds: 1, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}',
    scenario: 'programs: [{workload: default/late, exit: {after: 60s, code: 0}}]',
    seconds: 40,
    ends: { 'Job late': { STATUS: 'Failed', COMPLETIONS: '0/1' } },
    says: ['DeadlineExceeded', 'Job was active longer than specified deadline'],
  },
  {
    name: 'a PodDisruptionBudget that allows nothing blocks a drain for ever',
    manifest: `${deployment('kept', 1, `{nodeSelector: {kubernetes.io/hostname: node-1}, ${web.slice(1)}`)}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: kept}, spec: {minAvailable: 1, selector: {matchLabels: {app: kept}}}}`,
    scenario: 'interventions: [{at: 10s, drain: node-1}]',
    seconds: 60,
    ends: { 'Deployment kept': { READY: '1/1' }, 'Node node-1': { STATUS: 'Ready,SchedulingDisabled' } },
  },
  {
    name: 'what is not there cannot be disturbed, and says so',
    manifest: pod('here', '{containers: [{name: a, image: a}]}'),
    scenario: `interventions:
  - {at: 1s, kill: default/gone}
  - {at: 1s, pause: default/gone}
  - {at: 1s, slow: default/gone, by: 1s}
  - {at: 1s, expire: default/gone}
  - {at: 1s, condition: default/gone, type: example.com/warm}
  - {at: 1s, scale: default/gone, replicas: 3}
  - {at: 1s, roll: default/gone}
  - {at: 1s, upgrade: default/gone, to: "2"}
  - {at: 1s, partition: [default/gone, default/here]}
  - {at: 1s, lose: node-9}
  - {at: 1s, cordon: node-9}
  - {at: 1s, skew: node-9, by: 1h}`,
    seconds: 5,
    ends: { 'Pod here': { READY: '1/1' } },
    refused: Array.from({ length: 12 }, (_, index) =>
      index < 9 ? 'no such target: default/gone' : 'no such target: node-9',
    ),
  },
];

test.each(rows)('$name', ({ manifest, scenario = '', seconds, ends, says, refused }) => {
  const text = `apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: hard}\nspec:\n  ${scenario}\n`;
  const run = new Run({ scenario: scenario === '' ? '' : text, manifests: [{ path: 'a.yaml', text: manifest }] });
  expect(run.info.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  run.advance(seconds * 1_000_000);
  expect(run.stop).toBeUndefined();
  const listed = run.objectsAt(run.simulated);
  for (const [object, columns] of Object.entries(ends)) {
    const [kind = '', name = ''] = object.split(' ');
    const found = listed.find(({ ref }) => ref.kind === kind && (ref.name === name || ref.name.startsWith(`${name}-`)));
    if (Object.keys(columns).length === 0) expect(found).toBeUndefined();
    else expect(Object.fromEntries(found?.columns ?? [])).toMatchObject(columns);
  }
  const events = [...run.trace.select(['event'])];
  if (says !== undefined)
    expect(events.filter(({ reason }) => reason === says[0]).map(({ message }) => message)).toContainEqual(
      expect.stringContaining(says[1]),
    );
  if (refused !== undefined)
    expect(
      [...run.trace.select(['input'])].map(({ detail }) => detail).filter((detail) => detail.startsWith('no such')),
    ).toEqual(refused);
});

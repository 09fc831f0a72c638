import { expect, test } from 'vitest';
import { apply, pods, runFor, world, records, names } from './harness.ts';
import { deployment, podSpec, server, httpProbe } from './manifests.ts';

test('a Deployment becomes running pods', () => {
  const w = world();
  apply(w, [deployment('web', podSpec([server('app', 8080, { readinessProbe: httpProbe() })]), { replicas: 3 })]);
  runFor(w, 10);
  for (const r of records(w, 'pod')) console.log(JSON.stringify(r));
  for (const r of records(w, 'object')) console.log(r.at, r.verb, r.kind, r.name, r.actor, r.status);
  for (const r of records(w, 'event')) console.log(r.at, r.reason, r.message);
  for (const r of records(w, 'state')) console.log(r.at, r.entity, r.machine, r.from, r.to, r.event);
  console.log(pods(w), names(w, 'ReplicaSet'));
  expect(pods(w).length).toBe(3);
});

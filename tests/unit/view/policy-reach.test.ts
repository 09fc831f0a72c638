// A policy with a selector comes while a connection that it would refuse is open: the connection goes on, and the page can say why.
// Source: istio/ztunnel:src/state.rs PolicyWatcher.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { ManifestFile } from '../../../src/manifests/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import { printedObject } from '../../../src/scenario/printed.ts';
import {
  isSelected,
  labelsIn,
  laterPolicies,
  podsWithAdmitted,
  policiesCreatedBy,
  selectorIn,
  type RunIndex,
  whyOf,
} from '../../../src/view/index.ts';
import { indexOf } from './indexed.ts';
import '../provide-envoys.ts';

const SHOP = join(import.meta.dirname, '../../../src/entry/scenes/shop');
const AT = 7_000_000;
const policy = {
  path: 'deny.yaml',
  text: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-web, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: DENY
  rules: [{from: [{source: {principals: ["*/sa/web"]}}]}]
`,
};

let run: Run;
let index: RunIndex;
let apply: number;

beforeAll(() => {
  const files = readdirSync(SHOP).map((path): ManifestFile => ({ path, text: readFileSync(join(SHOP, path), 'utf8') }));
  const manifests = files.filter(({ path }) => path !== 'scenario.yaml');
  run = new Run({
    scenario: files.find(({ path }) => path === 'scenario.yaml')?.text ?? '',
    manifests,
    mesh: 'ambient',
  });
  run.advance(AT);
  run.apply(AT, [...manifests, policy]);
  run.advance(AT + 6_000_000);
  index = indexOf(run.trace);
  apply = index.milestones.inputs.find((id) => index.trace.getAs(id, 'input').at === AT) ?? -1;
});

test('the apply created the policy, and pods that it selects hold connections that were let in before', () => {
  const [created = -1, ...others] = policiesCreatedBy(index, apply);
  expect(index.trace.getAs(created, 'object').name).toBe('deny-web');
  expect(others).toEqual([]);
  const selector = selectorIn(
    printedObject(run, AT, { kind: 'AuthorizationPolicy', namespace: 'shop', name: 'deny-web' }) ?? '',
  );
  expect(selector).toEqual({ app: 'orders' });
  const selected = podsWithAdmitted(index, created, created).filter(({ pod }) => {
    const [namespace = '', name = ''] = pod.split('/');
    return isSelected(labelsIn(printedObject(run, AT, { kind: 'Pod', namespace, name }) ?? ''), selector ?? {});
  });
  expect(selected.length).toBeGreaterThan(0);
  expect(selected.every(({ pod }) => pod.startsWith('shop/orders-'))).toBe(true);
});

test('a later request that rode on such a connection succeeds, and its explanation knows the policy that came in between', () => {
  const [created = -1] = policiesCreatedBy(index, apply);
  const after = [...index.requests.entries.values()].filter(({ id, response, isProbe }) => {
    const isLater = !isProbe && response >= 0 && index.trace.timeOf(id) > AT + 2_000_000;
    return (
      isLater && index.trace.getAs(response, 'response').ok && index.trace.getAs(id, 'request').url.includes('orders')
    );
  });
  expect(after.length).toBeGreaterThan(0);
  for (const { id } of after) {
    const decisions = whyOf(index, id).hops.flatMap((hop) => hop.decisions);
    const passed = decisions.flatMap((decision) => laterPolicies(index, decision.id, id) ?? []);
    expect(passed.map(({ policies }) => policies)).toEqual([[created]]);
    expect(passed[0]?.pod).toMatch(/^shop\/orders-/);
  }
});

test('labels are read from what kubectl prints, quoted or not', () => {
  const yaml = `metadata:
  labels:
    app.kubernetes.io/name: web
    "on": "yes"
    version: '1'
  name: web
spec:
  selector:
    matchLabels:
      app: web
`;
  expect(labelsIn(yaml)).toEqual({ 'app.kubernetes.io/name': 'web', on: 'yes', version: '1' });
  expect(selectorIn(yaml)).toEqual({ app: 'web' });
  expect(selectorIn('metadata:\n  name: all\nspec:\n  action: DENY\n')).toBeUndefined();
  expect(selectorIn('spec:\n  selector: {}\n')).toEqual({});
  expect(isSelected({ app: 'web' }, {})).toBe(true);
  expect(isSelected({ app: 'web' }, { app: 'orders' })).toBe(false);
});

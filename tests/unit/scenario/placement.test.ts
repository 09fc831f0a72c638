// A workload stands on the same nodes whatever mesh there is, so that pictures of one scene in several meshes can be laid side by side.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isKind } from '../../../src/manifests/index.ts';
import { meshModes, Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const second = 1_000_000;

function filesOf(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(folder).map((path) => ({ path, text: readFileSync(`${folder}/${path}`, 'utf8') }));
}

/** Pod -> node, of the pods that are not the mesh's own. */
function nodesByPod(run: Run): Readonly<Record<string, string>> {
  const pods = run.storedAt(run.simulated).flatMap(({ resource }) => (isKind(resource, 'Pod') ? [resource] : []));
  return Object.fromEntries(
    pods
      .filter(({ metadata }) => metadata.namespace !== 'istio-system')
      .map(({ metadata, spec }) => [metadata.name, spec.nodeName ?? 'none'] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function runOf(mesh: (typeof meshModes)[number], seed: number, folder: string): Run {
  const files = filesOf(folder);
  const scenario = files.find(({ path }) => path === 'scenario.yaml')?.text ?? '';
  return new Run({ scenario, manifests: files.filter(({ path }) => path !== 'scenario.yaml'), mesh, seed });
}

describe.each([
  ['the shop', 'src/entry/scenes/shop', [7]],
  ['a rollout', 'tests/scenarios/rollout-503s/fixed', [1]],
] as const)('%s', (_name, folder, seeds) => {
  test.each(seeds)('has its pods on the same nodes in every mesh, seed %i', (seed) => {
    const [plain, ...others] = meshModes.map((mesh) => {
      const run = runOf(mesh, seed, folder);
      run.advance(1.5 * second);
      return nodesByPod(run);
    });
    expect(Object.keys(plain ?? {}).length).toBeGreaterThan(2);
    for (const other of others) expect(other).toEqual(plain);
  });
});

const fivePods = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: web}]}
`;

test.each(['none', 'sidecar'] as const)(
  'more pods than nodes are spread, and a new pod stands where the one it replaces stood: %s',
  (mesh) => {
    const run = new Run({ scenario: '', manifests: [{ path: 'web.yaml', text: fivePods }], mesh, seed: 3 });
    run.advance(3 * second);
    const before = nodesByPod(run);
    expect(Object.values(before).toSorted()).toEqual(['node-1', 'node-1', 'node-2', 'node-2', 'node-3']);
    for (const [name, node] of Object.entries(before)) {
      const at = run.simulated;
      run.kill(at, `shop/${name}`);
      run.advance(at + 3 * second);
      const after = nodesByPod(run);
      expect(after[name]).toBeUndefined();
      const fresh = Object.keys(after).filter((pod) => before[pod] === undefined);
      expect(Object.values(after).toSorted(), `after ${name} on ${node}, ${fresh.join(' ')}`).toEqual(
        Object.values(before).toSorted(),
      );
    }
  },
);

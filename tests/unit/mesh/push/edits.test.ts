// After any edit istiod makes again only what the edit touches: and what it has is what it would make from nothing.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredObject } from '../../../../src/kube/index.ts';
import type { MeshConfiguration } from '../../../../src/mesh/config/index.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import { ambientCompiler } from '../../../../src/mesh/istio-ambient/compile.ts';
import { gatewayCompiler } from '../../../../src/mesh/istio-gateway/compile.ts';
import { sidecarProxyCompiler } from '../../../../src/mesh/istio-sidecar/compile/proxy.ts';
import type { Registry } from '../../../../src/mesh/registry/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import type { RouteConfiguration } from '../../../../src/mesh/routing/index.ts';
import { waypointCompiler } from '../../../../src/mesh/waypoint/compile.ts';
import type { XdsNode } from '../../../../src/mesh/xds/index.ts';
import { plainMetadata } from '../../../../src/mesh/xds/index.ts';
import { bystanders, slots } from './slots.ts';

const { meshConfig } = defaultMeshConfiguration;
const meshes: readonly MeshConfiguration[] = [
  defaultMeshConfiguration,
  {
    ...defaultMeshConfiguration,
    meshConfig: { ...meshConfig, enableAutoMtls: false, outboundTrafficPolicy: 'REGISTRY_ONLY' },
  },
];

const node: XdsNode = {
  process: 0 as XdsNode['process'], // nobody looks at it
  proxy: 'sidecar',
  namespace: 'shop',
  labels: { app: 'web' },
  address: '10.0.0.1',
  pod: 'web',
  serviceAccount: 'web',
  node: 'node-1',
  metadata: plainMetadata,
};
const proxies = [
  { compiler: sidecarProxyCompiler, node },
  { compiler: sidecarProxyCompiler, node: { ...node, namespace: 'far', labels: { app: 'other' } } },
  { compiler: gatewayCompiler, node },
  {
    compiler: gatewayCompiler,
    node: { ...node, labels: { 'gateway.networking.k8s.io/gateway-name': 'door' } },
  },
  { compiler: waypointCompiler, node: { ...node, labels: { 'gateway.networking.k8s.io/gateway-name': 'point' } } },
  { compiler: ambientCompiler, node },
];

function compiled(registry: Registry): readonly { readonly scope: string; readonly content: object }[] {
  return proxies.map(({ compiler, node: own }) => ({
    scope: compiler.scopeOf(own, registry),
    content: compiler.compile(registry, own),
  }));
}

function registryOf(objects: readonly StoredObject[], mesh: MeshConfiguration, before?: Registry): Registry {
  return buildRegistry({ values: () => objects }, mesh, 0, before);
}

/** What stands in each slot: a variant of it, or nothing. */
type State = readonly (number | undefined)[];

function objectsOf(state: State): readonly StoredObject[] {
  const objects = state.flatMap((variant, slot) => (variant === undefined ? [] : (slots[slot]?.[variant] ?? [])));
  const key = ({ resource: { kind, group, metadata } }: StoredObject): string =>
    `${kind}.${group}/${metadata.namespace}/${metadata.name}`;
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const variantOf = (slot: number): fc.Arbitrary<number | undefined> =>
  fc.option(fc.nat((slots[slot]?.length ?? 1) - 1), { nil: undefined, freq: 5 });
const edit = fc.nat(slots.length - 1).chain((slot) => fc.record({ slot: fc.constant(slot), variant: variantOf(slot) }));
const meshAt = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });

test('what istiod has after any edits is what it would make from nothing', () => {
  const begin = fc.tuple(...slots.map((_, slot) => variantOf(slot)));
  const edits = fc.array(fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 2 }), mesh: meshAt }), {
    minLength: 3,
    maxLength: 8,
  });
  fc.assert(
    fc.property(begin, edits, (start, steps) => {
      let state: State = start;
      let before: Registry | undefined;
      // First all of it one after the other, so that nothing made from nothing comes between.
      const seen = [{ edits: [], mesh: 0 }, ...steps].map((step) => {
        state = state.map((variant, slot) => {
          const own = step.edits.findLast((each: { readonly slot: number }) => each.slot === slot);
          return own === undefined ? variant : (own as { readonly variant: number | undefined }).variant;
        });
        const objects = objectsOf(state);
        const mesh = meshes[step.mesh] ?? defaultMeshConfiguration;
        before = registryOf(objects, mesh, before);
        return { objects, mesh, content: compiled(before) };
      });
      for (const { objects, mesh, content } of seen) {
        const fresh = objects.map((object) => ({ ...object }));
        expect(content).toStrictEqual(compiled(registryOf(fresh, { ...mesh })));
      }
    }),
    { numRuns: 12 },
  );
});

/** Of which each may speak of all that is in its namespace. */
const farReaching = ['Namespace', 'PeerAuthentication', 'WorkloadEntry'];

test('no edit makes anew what it says nothing of', () => {
  const first = slots.map(() => 0);
  for (const [slot, variants] of slots.entries()) {
    if (farReaching.includes(variants[0]?.resource.kind ?? '')) continue;
    const before = withBystanders(first);
    const known = compiled(before).map(({ content }) => itemsOf(content).filter(isBystander));
    const after = withBystanders(first.with(slot, variants.length - 1), before);
    for (const [index, { content }] of compiled(after).entries()) {
      const own = known[index] ?? [];
      expect(own, `proxy ${index}`).not.toStrictEqual([]);
      const others = itemsOf(content).filter((item) => isBystander(item) && !own.includes(item));
      const anew = others.filter((item) => own.some((was) => isDeepStrictEqual(was, item)));
      expect.soft(anew.map(nameOf), `slot ${slot}, proxy ${index}`).toStrictEqual([]);
    }
  }
});

function withBystanders(state: State, before?: Registry): Registry {
  return registryOf([...objectsOf(state), ...bystanders], defaultMeshConfiguration, before);
}

function isBystander(item: object): boolean {
  return nameOf(item).includes('still');
}

/** Clusters, virtual hosts and policies have a name, Services and workloads a key. */
function nameOf(item: object): string {
  if ('key' in item) return String(item.key);
  return 'name' in item ? String(item.name) : '';
}

/** What a configuration lists, of Envoys in parts: listeners, clusters, virtual hosts, Services. */
function itemsOf(content: object): readonly object[] {
  return Object.entries(content).flatMap(([name, list]: [string, unknown]) => {
    if (!Array.isArray(list)) return [];
    const items = list as readonly object[]; // nothing else is listed in one
    if (name === 'parts') return items.flatMap(itemsOf);
    if (name !== 'routes') return items;
    return (items as readonly RouteConfiguration[]).flatMap(({ virtualHosts }) => virtualHosts);
  });
}

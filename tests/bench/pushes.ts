// Two thousand resources as istiod has them: a push from nothing, and one after an edit of one of them, of each kind that is edited most.
import { instant, PersistentMap } from '../../src/kernel/index.ts';
import type { StoredObject } from '../../src/kube/index.ts';
import { newObject } from '../../src/kube/index.ts';
import { parseManifests } from '../../src/manifests/index.ts';
import { defaultMeshConfiguration } from '../../src/mesh/config/index.ts';
import { istioSidecar } from '../../src/mesh/istio-sidecar/index.ts';
import { reuse } from '../../src/mesh/istiod/reuse.ts';
import type { Registry } from '../../src/mesh/registry/index.ts';
import { buildRegistry } from '../../src/mesh/registry/index.ts';
import type { XdsNode } from '../../src/mesh/xds/index.ts';
import { plainMetadata } from '../../src/mesh/xds/index.ts';
import type { Checks } from './manifests.ts';
import { resource, resourceKinds } from './manifests.ts';
import { spread, time } from './measure.ts';
import type { Report } from './report.ts';

const RESOURCES = 2_000;
const ROUNDS = 4;
/** Of each kind in each round. */
const EDITS = 8;

type Cache = PersistentMap<StoredObject>;

/** @param checks what reading and checking the same resources takes before they come to istiod */
export function benchPushes(report: Report, checks: Checks): void {
  report.section(`istiod: ${RESOURCES.toLocaleString('en')} resources, one sidecar`);
  const wholes: number[] = [];
  const edits = resourceKinds.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    let cache: Cache = PersistentMap.empty<StoredObject>();
    for (let index = 0; index < RESOURCES; index += 1) cache = withResource(cache, index, `r${round}`);
    const istiod = new Istiod();
    wholes.push(time(() => istiod.push(cache)));
    for (let edit = 0; edit < EDITS * resourceKinds.length; edit += 1) {
      const index = (edit * 397) % RESOURCES;
      cache = withResource(cache, index, `r${round}-edit${edit}`);
      edits[index % resourceKinds.length]?.push(time(() => istiod.push(cache)));
    }
  }
  const whole = spread(wholes);
  report.print('a push from nothing', whole, 'ms');
  const bests = resourceKinds.map((kind, at) => {
    const edit = spread(edits[at] ?? []);
    report.print(`after an edit of one ${kind}`, edit, 'ms');
    return edit.min;
  });
  const mean = bests.reduce((sum, best) => sum + best, 0) / bests.length;
  report.gate('from nothing / after an edit of one, best of each', spread([whole.min / mean]), 5);
  const together = (checks.all + whole.min) / (checks.afterEdit + mean);
  report.gate('read and pushed: all of them / after an edit of one', spread([together]), 20);
}

/** The part of a push that is work: what istiod does between its debounce and the connection of a proxy. */
class Istiod {
  #registry: Registry | undefined;
  #sent: object | undefined;

  push(cache: Cache): void {
    const [compiler] = istioSidecar.compilers;
    if (compiler === undefined) throw new Error('sidecars have a compiler');
    const registry = buildRegistry(
      cache,
      defaultMeshConfiguration,
      (this.#registry?.revision ?? 0) + 1,
      this.#registry,
    );
    compiler.scopeOf(node, registry);
    this.#registry = registry;
    this.#sent = reuse(this.#sent, compiler.compile(registry, node));
  }
}

const node: XdsNode = {
  process: 0 as XdsNode['process'], // nobody looks at it
  proxy: 'sidecar',
  namespace: 'shop',
  labels: { app: 'app-1' },
  address: '10.0.0.9',
  pod: 'app-1',
  serviceAccount: 'default',
  node: 'node-1',
  metadata: plainMetadata,
};

function withResource(cache: Cache, index: number, round: string): Cache {
  const [parsed] = parseManifests([{ path: 'one.yaml', text: resource(index, round) }]).resources;
  if (parsed === undefined) throw new Error('a resource is read');
  const { kind, group, metadata } = parsed;
  const createdAt = instant(index * 1_000_000);
  const object = newObject(parsed, { uid: `${index} ${round}`, resourceVersion: index, createdAt });
  return cache.with(`${group === '' ? kind : `${kind}.${group}`}/${metadata.namespace}/${metadata.name}`, object);
}

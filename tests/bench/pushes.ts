// Two thousand resources as istiod has them: a push from nothing, and one after an edit of one of them, of each kind that is edited most;
// for a sidecar, and for ztunnels.
import { instant, PersistentMap } from '../../src/kernel/index.ts';
import type { StoredObject } from '../../src/kube/index.ts';
import { newObject } from '../../src/kube/index.ts';
import { parseManifests } from '../../src/manifests/index.ts';
import { defaultMeshConfiguration } from '../../src/mesh/config/index.ts';
import { istioAmbient } from '../../src/mesh/istio-ambient/index.ts';
import { istioSidecar } from '../../src/mesh/istio-sidecar/index.ts';
import type { MeshSystem } from '../../src/mesh/api.ts';
import type { Compiler } from '../../src/mesh/istiod/index.ts';
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
/** Of each kind in each round, in one go. */
const EDITS = 8;

type Cache = PersistentMap<StoredObject>;

/** @param checks what reading and checking the same resources takes before they come to istiod */
export function benchPushes(report: Report, checks: Checks): void {
  const sidecar = benchProxy(report, 'sidecar', compilerOf(istioSidecar));
  report.gate('from nothing / after an edit of one, best of each', spread([sidecar.all / sidecar.afterEdit]), 3);
  const together = (checks.all + sidecar.all) / (checks.afterEdit + sidecar.afterEdit);
  report.gate('read and pushed: all of them / after an edit of one', spread([together]), 20);
  const ztunnel = benchProxy(report, 'ztunnel', compilerOf(istioAmbient));
  report.print('from nothing / after an edit of one, best of each', spread([ztunnel.all / ztunnel.afterEdit]), 'x');
}

function compilerOf({ compilers: [compiler] }: MeshSystem): Compiler {
  if (compiler === undefined) throw new Error('a mesh has a compiler');
  return compiler;
}

/** The best of each: what else the machine does only slows, and falls more heavily on what is short. */
function benchProxy(report: Report, name: string, compiler: Compiler): Checks {
  report.section(`istiod: ${RESOURCES.toLocaleString('en')} resources, one ${name}`);
  const wholes: number[] = [];
  const edits = resourceKinds.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    let cache: Cache = PersistentMap.empty<StoredObject>();
    for (let index = 0; index < RESOURCES; index += 1) cache = withResource(cache, index, `r${round}`);
    const istiod = new Istiod(compiler);
    wholes.push(time(() => istiod.push(cache)));
    for (const [kind, times] of edits.entries()) {
      // One after the other, as somebody edits: a single one is too short to be measured.
      const caches: Cache[] = [];
      for (let edit = 0; edit < EDITS; edit += 1) {
        const index = ((edit * 397) % (RESOURCES / edits.length)) * edits.length + kind;
        cache = withResource(cache, index, `r${round}-edit${edit}`);
        caches.push(cache);
      }
      const all = time(() => {
        for (const edited of caches) istiod.push(edited);
      });
      times.push(all / EDITS);
    }
  }
  const whole = spread(wholes);
  report.print('a push from nothing', whole, 'ms');
  const bests = resourceKinds.map((kind, at) => {
    const edit = spread(edits[at] ?? []);
    report.print(`after an edit of one ${kind}`, edit, 'ms');
    return edit.min;
  });
  return { all: whole.min, afterEdit: bests.reduce((sum, best) => sum + best, 0) / bests.length };
}

/** The part of a push that is work: what istiod does between its debounce and the connection of a proxy. */
class Istiod {
  readonly #compiler: Compiler;
  #registry: Registry | undefined;
  #sent: object | undefined;

  constructor(compiler: Compiler) {
    this.#compiler = compiler;
  }

  push(cache: Cache): void {
    const revision = (this.#registry?.revision ?? 0) + 1;
    const registry = buildRegistry(cache, defaultMeshConfiguration, revision, this.#registry);
    this.#compiler.scopeOf(node, registry);
    this.#registry = registry;
    this.#sent = reuse(this.#sent, this.#compiler.compile(registry, node));
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
  // What the API server gives every Service.
  const address = `10.96.${Math.floor(index / 250)}.${1 + (index % 250)}`;
  const text = resource(index, round).replace(/(spec:\n)(?= {2}selector: {app)/, `$1  clusterIP: ${address}\n`);
  const [parsed] = parseManifests([{ path: 'one.yaml', text }]).resources;
  if (parsed === undefined) throw new Error('a resource is read');
  const { kind, group, metadata } = parsed;
  const createdAt = instant(index * 1_000_000);
  const object = newObject(parsed, { uid: `${index} ${round}`, resourceVersion: index, createdAt });
  return cache.with(`${group === '' ? kind : `${kind}.${group}`}/${metadata.namespace}/${metadata.name}`, object);
}

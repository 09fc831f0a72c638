// A cluster of one node for what a kubelet does to a pod: the real API server, scheduler and kubelet, processes that act out the
// case's programs. It is run occurrence by occurrence, so that nothing that holds for a moment is missed.
import * as v from 'valibot';
import type { EntityId, Instant } from '../../../kernel/index.ts';
import { instant, Kernel, seed } from '../../../kernel/index.ts';
import type { ApiMessage, Cluster, KubeletMessage, StoredObject } from '../../../kube/index.ts';
import { apiServerType, inApplyOrder, setUpCluster } from '../../../kube/index.ts';
import type { PodResource, Resource } from '../../../manifests/index.ts';
import { isKind } from '../../../manifests/index.ts';
import { Trace } from '../../../trace/index.ts';
import type { Env } from './environment.ts';
import { issuesOf } from './protocol.ts';
import { execOf, programsSchema, spawnOf } from './pod-programs.ts';

const SEED = 1;

export interface PodEvent {
  /** Seconds since the pod's creation. */
  readonly t: number;
  readonly name: string;
  readonly event: string;
  readonly code?: number;
}

export class PodWorld {
  readonly #kernel: Kernel<Trace>;
  readonly #trace = new Trace();
  readonly #cluster: Cluster;
  readonly #key: string;

  constructor(env: Env, resources: readonly Resource[], pod: { readonly namespace: string; readonly name: string }) {
    const read = v.safeParse(programsSchema, env.programs ?? {});
    if (!read.success) throw new Error(`env.programs cannot be read: ${issuesOf(read.issues)}`);
    const programs = read.output;
    const unpullable = new Set(env.unpullableImages ?? []);
    this.#key = `Pod/${pod.namespace}/${pod.name}`;
    this.#kernel = new Kernel({ seed: seed(SEED), sink: this.#trace });
    const nodes = [{ name: 'node-1', zone: 'zone-a', region: 'region-1', kubelet: '1.34.0' }];
    const wiring = {
      spawn: spawnOf(programs),
      exec: execOf(programs),
      isPullable: (image: string) => !unpullable.has(image),
      webhooks: [],
    };
    this.#cluster = this.#kernel.setUp((ctx) => {
      const made = setUpCluster(ctx, { nodes, domain: 'cluster.local', wiring });
      for (const resource of inApplyOrder(resources))
        ctx.tell(made.apiServer, { type: 'apply', resource, actor: 'kubectl', revision: 1 });
      return made;
    });
  }

  get now(): Instant {
    return this.#kernel.now;
  }

  /** The pod as the API server holds it. */
  pod(): StoredObject<PodResource> | undefined {
    const object = this.#kernel.read(apiServerType, this.#cluster.apiServer)?.objects.byKey.get(this.#key);
    if (object === undefined) return undefined;
    const { resource } = object;
    return isKind(resource, 'Pod') ? { ...object, resource } : undefined;
  }

  /** Goes on to the next occurrence, at most to `limit`. */
  advance(limit: Instant): void {
    this.#kernel.run(limit, 1);
  }

  request(message: ApiMessage): void {
    this.#kernel.input(this.now, this.#cluster.apiServer, message);
  }

  tellKubelet(message: KubeletMessage): void {
    const kubelet: EntityId<KubeletMessage> | undefined = this.#cluster.nodes[0]?.kubelet;
    if (kubelet !== undefined) this.#kernel.input(this.now, kubelet, message);
  }

  /** What containers, hooks and probes logged, in order. */
  events(createdAt: Instant): readonly PodEvent[] {
    return [...this.#trace.select(['log'], 0)].map(({ at, line }) => {
      const [, name = '', event = '', code] = /^(\S+) (\S+)(?: (\d+))?$/.exec(line) ?? [];
      return { t: secondsSince(createdAt, at), name, event, ...codeOf(event, code) };
    });
  }
}

/** Seconds from one instant to another. */
export function secondsSince(start: Instant, at: number): number {
  return (at - start) / 1_000_000;
}

/** The instant some seconds after another. */
export function secondsAfter(start: Instant, count: number): Instant {
  return instant(start + Math.round(count * 1_000_000));
}

function codeOf(event: string, code: string | undefined): { readonly code?: number } {
  if (event === 'Killed') return { code: 137 };
  return code === undefined ? {} : { code: Number(code) };
}

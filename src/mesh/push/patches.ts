// Objects that change an Envoy's configuration as somebody writes it: local rate limits are acted out (rate-limits.ts); of all else whom
// it is for is told, and what it does is not simulated.
// Source: istio/istio:pilot/pkg/model/push_context.go getMatchedEnvoyFilters, WasmPluginsByName, TrafficExtensionsByName at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { FieldPath, JsonObject, JsonValue, RateLimitPatch } from '../../manifests/index.ts';
import { readRateLimitPatch } from '../../manifests/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { Attachable, PolicyHost } from '../authz/index.ts';
import { isAttached } from '../authz/index.ts';
import type { ProxyPatch } from '../envoy/index.ts';
import { byAge } from '../age.ts';
import { ofKindNamed } from '../by-kind.ts';
import { originOf } from '../origin.ts';
import type { Registry } from '../registry/index.ts';

const groups: Readonly<Record<string, string>> = {
  EnvoyFilter: 'networking.istio.io',
  TrafficExtension: 'extensions.istio.io',
  WasmPlugin: 'extensions.istio.io',
};

/** What a proxy's configuration is changed by. */
export interface Patches {
  /** What is not acted out, each object once. */
  readonly told: readonly ProxyPatch[];
  /** In the order in which they are applied. */
  readonly rateLimits: readonly WrittenRateLimit[];
}

export interface WrittenRateLimit {
  readonly patch: RateLimitPatch;
  readonly origin: MaybeOrigin;
}

const found = new WeakMap<Registry, readonly StoredObject[]>();

/** Those that select a proxy; almost always none. Those of the root namespace come first. */
export function patchesFor(registry: Registry, host: PolicyHost): Patches {
  let all = found.get(registry);
  if (all === undefined) {
    all = Object.entries(groups)
      .flatMap(([kind, group]) =>
        ofKindNamed(registry.objects, kind).filter(({ resource }) => resource.group === group),
      )
      .sort(byPriority);
    found.set(registry, all);
  }
  if (all.length === 0) return none;
  const { rootNamespace } = registry.mesh.meshConfig;
  const own = all.filter((object) =>
    isAttached(attachmentOf(object), object.resource.metadata.namespace, host, rootNamespace),
  );
  const isRoot = ({ resource }: StoredObject): boolean => resource.metadata.namespace === rootNamespace;
  const read = [...own.filter(isRoot), ...own.filter((object) => !isRoot(object))].map((object) =>
    host.waypoint === undefined ? readPatches(object) : unread(object),
  );
  return { told: read.flatMap(({ told }) => told), rateLimits: read.flatMap(({ rateLimits }) => rateLimits) };
}

const none: Patches = { told: [], rateLimits: [] };

/** Which they are, in one line: proxies with equal ones are changed alike. */
export function patchesText({ told, rateLimits }: Patches): string {
  return told.length + rateLimits.length === 0 ? '' : JSON.stringify([told, rateLimits.map(({ origin }) => origin)]);
}

/** Source: istio/istio:pilot/pkg/model/push_context.go sortEnvoyFilters at 1.31. */
function byPriority(a: StoredObject, b: StoredObject): number {
  return priorityOf(a) - priorityOf(b) || byAge(a, b);
}

function priorityOf({ resource }: StoredObject): number {
  const { priority } = objectOf(resource.object['spec']);
  return typeof priority === 'number' ? priority : 0;
}

const readings = new WeakMap<StoredObject, Patches>();

function readPatches(object: StoredObject): Patches {
  let patches = readings.get(object);
  if (patches === undefined) readings.set(object, (patches = patchesIn(object)));
  return patches;
}

/** Nothing of it is acted out: what istiod makes of patches for waypoints is not followed. */
function unread(object: StoredObject, path: FieldPath = []): Patches {
  const { kind, metadata } = object.resource;
  const name = `${metadata.namespace}/${metadata.name}`;
  return { told: [{ kind, name, origin: originOf(object, path) }], rateLimits: [] };
}

/** An EnvoyFilter is told with the first of its patches that is not acted out. */
function patchesIn(object: StoredObject): Patches {
  if (object.resource.kind !== 'EnvoyFilter') return unread(object);
  const { configPatches } = objectOf(object.resource.object['spec']);
  const items = Array.isArray(configPatches) ? (configPatches as readonly JsonValue[]) : []; // narrowed by isArray
  const rateLimits: WrittenRateLimit[] = [];
  let left: FieldPath | undefined;
  for (const [index, item] of items.entries()) {
    const patch = readRateLimitPatch(objectOf(item));
    const path = ['spec', 'configPatches', index];
    if ('kind' in patch) rateLimits.push({ patch, origin: originOf(object, path) });
    else left ??= path;
  }
  return { told: left === undefined ? [] : unread(object, left).told, rateLimits };
}

/** An EnvoyFilter has a selector of its own form. Fields of other types count as none. */
function attachmentOf({ resource }: StoredObject): Attachable {
  const spec = objectOf(resource.object['spec']);
  const { workloadSelector, selector, targetRefs } = spec;
  const labels = objectOf(objectOf(workloadSelector)['labels'] ?? objectOf(selector)['matchLabels']);
  const matchLabels = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, textOf(value)]));
  const targets = Array.isArray(targetRefs) ? (targetRefs as readonly JsonValue[]) : []; // narrowed by isArray
  return {
    selector: { matchLabels },
    targetRefs: targets.map(objectOf).map((target) => ({
      group: textOf(target['group']),
      kind: textOf(target['kind']),
      name: textOf(target['name']),
      namespace: textOf(target['namespace']),
    })),
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject) // neither a list nor null
    : {};
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

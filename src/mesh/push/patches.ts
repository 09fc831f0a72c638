// Objects that change an Envoy's configuration in ways that are not simulated: whom they are for is told, what they do is not acted out.
// Source: istio/istio:pilot/pkg/model/push_context.go getMatchedEnvoyFilters, WasmPluginsByName, TrafficExtensionsByName at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { JsonObject, JsonValue } from '../../manifests/index.ts';
import type { Attachable, PolicyHost } from '../authz/index.ts';
import { isAttached } from '../authz/index.ts';
import type { ProxyPatch } from '../envoy/index.ts';
import { originOf } from '../origin.ts';
import type { Registry } from '../registry/index.ts';

const groups: Readonly<Record<string, string>> = {
  EnvoyFilter: 'networking.istio.io',
  WasmPlugin: 'extensions.istio.io',
  TrafficExtension: 'extensions.istio.io',
};

const found = new WeakMap<Registry, readonly StoredObject[]>();

/** Those that select a proxy; almost always none. */
export function patchesFor(registry: Registry, host: PolicyHost): readonly ProxyPatch[] {
  let all = found.get(registry);
  if (all === undefined) {
    all = registry.objects.filter(({ resource: { kind, group } }) => groups[kind] === group);
    found.set(registry, all);
  }
  const { rootNamespace } = registry.mesh.meshConfig;
  return all
    .filter((object) => isAttached(attachmentOf(object), object.resource.metadata.namespace, host, rootNamespace))
    .map((object) => {
      const { kind, metadata } = object.resource;
      return { kind, name: `${metadata.namespace}/${metadata.name}`, origin: originOf(object) };
    });
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

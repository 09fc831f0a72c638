// The injected pod: the same resource with a proxy in it. Its way back to the manifest text still finds the user's containers.
// Source: istio/istio:pkg/kube/inject/webhook.go injectPod, reorderPod at 1.31.
import type { Container, FieldPath, JsonObject, PodResource, Range, ResourceSource } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { proxyContainerName, rewriteProbes } from './app-probes.ts';
import { proxyConfigOf } from './proxy-config.ts';
import {
  initContainer,
  initContainerName,
  injectedAnnotations,
  injectedLabels,
  proxyContainer,
  statusPort,
  volumes,
} from './template.ts';

export interface InjectionOptions {
  readonly mesh: MeshConfiguration;
  readonly isNative: boolean;
}

/** A pod that was injected before (by hand) is returned as it is. */
export function injectPod(pod: PodResource, options: InjectionOptions): PodResource {
  const { mesh, isNative } = options;
  const { metadata, spec } = pod;
  if (metadata.annotations['sidecar.istio.io/status'] !== undefined) return pod;
  const rewrites = metadata.annotations['sidecar.istio.io/rewriteAppHTTPProbers'] !== 'false';
  const users = [...(spec.initContainers ?? []), ...spec.containers];
  const rewriting = rewrites ? rewriteProbes(users, statusPort) : { containers: users, probers: {} };
  const userInits = rewriting.containers.slice(0, spec.initContainers?.length ?? 0);
  const apps = rewriting.containers.slice(userInits.length);

  const holdsApplication =
    !isNative && proxyConfigOf(metadata.annotations, mesh.meshConfig).holdApplicationUntilProxyStarts;
  const init = interceptsTraffic(pod) ? [initContainer(pod, mesh)] : [];
  const proxy = proxyContainer(pod, mesh, { isNative, holdsApplication, probers: rewriting.probers });
  // Native: traffic is captured and the proxy runs before the user's init containers, which so belong to the mesh.
  // Ordinary: capture comes last, so that the user's init containers still have the plain network.
  const initContainers = isNative ? [...init, proxy, ...userInits] : [...userInits, ...init];
  const containers = isNative ? apps : holdsApplication ? [proxy, ...apps] : [...apps, proxy];

  const added = {
    initContainers: names(isNative ? [...init, proxy] : init),
    containers: names(isNative ? [] : [proxy]),
  };
  const injectedMetadata = {
    ...metadata,
    labels: { ...metadata.labels, ...injectedLabels(pod, mesh) },
    annotations: { ...metadata.annotations, ...injectedAnnotations(pod, added) },
  };
  const injectedSpec = { ...spec, initContainers, containers, volumes: [...(spec.volumes ?? []), ...volumes] };
  // Typed fields are JSON: each mirrors its schema.
  const object = { ...pod.object, metadata: injectedMetadata, spec: injectedSpec } as unknown as JsonObject;
  return {
    ...pod,
    metadata: injectedMetadata,
    spec: injectedSpec,
    object,
    source: injectedSource(pod, { initContainers, containers }),
  };
}

function interceptsTraffic(pod: PodResource): boolean {
  return pod.metadata.annotations['sidecar.istio.io/interceptionMode'] !== 'NONE';
}

function names(containers: readonly Container[]): readonly string[] {
  return containers.map((container) => container.name);
}

/** Paths into the injected pod, found in the text of the original: a container's place in its list may have moved. */
function injectedSource(
  pod: PodResource,
  lists: { readonly initContainers: readonly Container[]; readonly containers: readonly Container[] },
): ResourceSource {
  const { source, spec } = pod;
  const before = { initContainers: names(spec.initContainers ?? []), containers: names(spec.containers) };
  const after = { initContainers: names(lists.initContainers), containers: names(lists.containers) };
  const originalPath = (path: FieldPath): FieldPath => {
    const [root, list, index, ...rest] = path;
    if (root !== 'spec' || (list !== 'initContainers' && list !== 'containers') || typeof index !== 'number')
      return path;
    const name = after[list][index] ?? '';
    const place = name === initContainerName || name === proxyContainerName ? -1 : before[list].indexOf(name);
    return place < 0 ? ['spec'] : ['spec', list, place, ...rest];
  };
  const locate = (path: FieldPath): Range => source.locate(originalPath(path));
  return { ...source, locate, locateKey: (path) => source.locateKey(originalPath(path)) };
}

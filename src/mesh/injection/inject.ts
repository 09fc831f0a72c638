// The injected pod: the same resource with what its templates add, merged, then put in order. Its way back to the manifest text
// still finds the user's containers. A pod that was injected before gets a fresh proxy.
// Source: istio/istio:pkg/kube/inject/webhook.go injectPod, postProcessPod, reorderPod and inject.go RunTemplate at 1.31.
import type {
  Container,
  EnvVar,
  FieldPath,
  JsonObject,
  PodResource,
  Range,
  ResourceSource,
} from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import type { AppProbers } from './app-probes.ts';
import { probersOf, proberVariable, proxyContainerName, rewriteProbes } from './app-probes.ts';
import { gatewayTemplate } from './gateway-template.ts';
import { grpcAgentTemplate, grpcSimpleTemplate } from './grpc-templates.ts';
import type { Overlay, TemplateInput } from './overlay.ts';
import { mergeContainers } from './overlay.ts';
import type { Overrides } from './overrides.ts';
import { overrideOf, overridesAnnotation, overridesIn, overridesText } from './overrides.ts';
import { withMergedMetrics } from './prometheus.ts';
import { proxyConfigOf } from './proxy-config.ts';
import { initContainerName, validationContainerName } from './names.ts';
import { sidecarTemplate, statusPortAnnotation } from './template.ts';
import type { InjectionValues } from './values.ts';
import { defaultInjectionValues } from './values.ts';

export interface InjectionOptions {
  readonly mesh: MeshConfiguration;
  readonly isNative: boolean;
  /** Default: an installation with Helm's defaults. */
  readonly values?: InjectionValues;
}

const templates: Readonly<Record<string, (input: TemplateInput) => Overlay>> = {
  sidecar: sidecarTemplate,
  gateway: gatewayTemplate,
  'grpc-agent': grpcAgentTemplate,
  'grpc-simple': grpcSimpleTemplate,
};

/** Names of the templates a pod asks for: its annotation `inject.istio.io/templates`, or `sidecar`. */
function templateNames(pod: PodResource): readonly string[] {
  const wish = pod.metadata.annotations['inject.istio.io/templates'];
  return wish === undefined ? ['sidecar'] : wish.split(',').map((name) => name.trim());
}

/** Why a pod cannot be injected, and so is refused; undefined when it can. */
export function injectionError(pod: PodResource): string | undefined {
  const unknown = templateNames(pod).find((name) => !Object.hasOwn(templates, name));
  if (unknown === undefined) return undefined;
  return `requested template "${unknown}" not found; have ${Object.keys(templates).join(', ')}`;
}

const statusAnnotation = 'sidecar.istio.io/status';

export function injectPod(pod: PodResource, options: InjectionOptions): PodResource {
  const { mesh, isNative, values = defaultInjectionValues } = options;
  const { annotations } = pod.metadata;
  const earlier = statusIn(annotations[statusAnnotation]);
  const config = proxyConfigOf(annotations, mesh.meshConfig);
  const isHeld = config.holdApplicationUntilProxyStarts || values.holdApplicationUntilProxyStarts;
  const proxyMetadata = { ...values.proxyMetadata, ...config.proxyMetadata };
  const network = pod.metadata.labels['topology.istio.io/network'] ?? values.network;
  const input: TemplateInput = {
    pod: earlier === undefined ? pod : withoutProxy(pod, earlier),
    mesh,
    values: { ...values, network, proxyMetadata },
    isNative,
    holdsApplication: isHeld && !isNative,
  };
  const overlay = combined(templateNames(pod).map((name) => templates[name]?.(input)));
  const merging = mergeInto(pod, overlay, earlier);

  const templated = { ...annotations, ...overlay.annotations };
  const port = Number(annotations[statusPortAnnotation] ?? '15020');
  const rewritten = withRewrittenProbes(merging, {
    isWanted: rewritesProbes(templated, values),
    port,
    earlier: earlier === undefined ? {} : probersOf(pod),
  });
  const { initContainers, containers } = inOrder(rewritten, isHeld);
  const { overrides } = merging;
  const hasOverrides = overrides.containers.length + overrides.initContainers.length > 0;
  const injectedMetadata = {
    ...pod.metadata,
    labels: {
      ...pod.metadata.labels,
      ...overlay.labels,
      ...(network === '' ? {} : { 'topology.istio.io/network': network }),
    },
    annotations: {
      ...(values.mergesPrometheus ? withMergedMetrics(templated) : templated),
      ...(hasOverrides && earlier === undefined ? { [overridesAnnotation]: overridesText(overrides) } : {}),
      [statusAnnotation]: statusOf(overlay, values.revision),
    },
  };
  const volumes = [...(pod.spec.volumes ?? []), ...overlay.volumes.filter(({ name }) => !hasVolume(pod, name))];
  const injectedSpec = { ...pod.spec, initContainers, containers, volumes };
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

interface Lists {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
}

/** A pod as it was before an earlier injection. */
function withoutProxy(pod: PodResource, earlier: InjectionStatus): PodResource {
  const { [statusAnnotation]: _status, ...annotations } = pod.metadata.annotations;
  const without = (list: readonly Container[], names: readonly string[]): readonly Container[] =>
    list.filter(({ name }) => !names.includes(name));
  const { containers, initContainers } = overridesIn(annotations);
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: {
      ...pod.spec,
      containers: [...without(pod.spec.containers, earlier.containers), ...containers],
      initContainers: [...without(pod.spec.initContainers ?? [], earlier.initContainers), ...initContainers],
    },
  };
}

interface InjectionStatus {
  readonly containers: readonly string[];
  readonly initContainers: readonly string[];
}

function statusIn(text: string | undefined): InjectionStatus | undefined {
  if (text === undefined) return undefined;
  try {
    const status = JSON.parse(text) as Partial<Record<keyof InjectionStatus, readonly string[] | null>> | null; // the injector's own form
    return { containers: status?.containers ?? [], initContainers: status?.initContainers ?? [] };
  } catch {
    return undefined; // as upstream: what cannot be read counts as no status
  }
}

function statusOf(overlay: Overlay, revision: string): string {
  const names = (list: readonly { readonly name: string }[]): readonly string[] | null =>
    list.length === 0 ? null : list.map(({ name }) => name);
  return JSON.stringify({
    initContainers: names(overlay.initContainers),
    containers: names(overlay.containers),
    volumes: names(overlay.volumes),
    imagePullSecrets: null,
    revision,
  });
}

function hasVolume(pod: PodResource, name: string): boolean {
  return (pod.spec.volumes ?? []).some((volume) => volume.name === name);
}

/** Several templates one after the other; a later one's containers are merged over those of the same name. */
function combined(overlays: readonly (Overlay | undefined)[]): Overlay {
  let all: Overlay = { labels: {}, annotations: {}, initContainers: [], containers: [], volumes: [] };
  for (const overlay of overlays) {
    if (overlay === undefined) continue;
    all = {
      labels: { ...all.labels, ...overlay.labels },
      annotations: { ...all.annotations, ...overlay.annotations },
      initContainers: mergeLists(all.initContainers, overlay.initContainers),
      containers: mergeLists(all.containers, overlay.containers),
      volumes: [...all.volumes, ...overlay.volumes.filter(({ name }) => all.volumes.every((own) => own.name !== name))],
    };
  }
  return all;
}

function mergeLists(below: readonly Container[], above: readonly Container[]): readonly Container[] {
  const merged = below.map((container) => {
    const over = above.find(({ name }) => name === container.name);
    return over === undefined ? container : mergeContainers(container, over);
  });
  return [...merged, ...above.filter(({ name }) => below.every((own) => own.name !== name))];
}

interface Merging extends Lists {
  readonly overrides: Overrides;
}

/**
 * The pod's containers with the template's. A proxy the user described goes where the template has it. What an earlier injection
 * brought is the template's to change.
 */
function mergeInto({ spec }: PodResource, overlay: Overlay, earlier: InjectionStatus | undefined): Merging {
  const proxy = spec.containers.find(({ name }) => name === proxyContainerName);
  const moves = proxy !== undefined && overlay.initContainers.some(({ name }) => name === proxyContainerName);
  const own: Lists = {
    initContainers: [...(spec.initContainers ?? []), ...(moves ? [proxy] : [])],
    containers: moves ? spec.containers.filter((container) => container !== proxy) : spec.containers,
  };
  const injected = [...(earlier?.containers ?? []), ...(earlier?.initContainers ?? [])];
  const merge = (list: 'initContainers' | 'containers'): readonly Container[] => [
    ...own[list].map((container) => {
      const template = overlay[list].find(({ name }) => name === container.name);
      if (template === undefined) return container;
      return injected.includes(container.name)
        ? mergeContainers(container, template)
        : mergeContainers(template, overrideOf(container));
    }),
    ...overlay[list].filter(({ name }) => own[list].every((container) => container.name !== name)),
  ];
  const overridden = (list: 'initContainers' | 'containers'): readonly Container[] =>
    overlay[list].flatMap(({ name }) =>
      own[list].filter((container) => container.name === name && !injected.includes(name)).map(overrideOf),
    );
  return {
    initContainers: merge('initContainers'),
    containers: merge('containers'),
    overrides: { initContainers: overridden('initContainers'), containers: overridden('containers') },
  };
}

function rewritesProbes(annotations: Readonly<Record<string, string>>, values: InjectionValues): boolean {
  const wish = annotations['sidecar.istio.io/rewriteAppHTTPProbers'];
  return wish === undefined ? values.rewriteAppHTTPProbe : wish !== 'false';
}

interface Rewrite {
  readonly isWanted: boolean;
  readonly port: number;
  /** Of an earlier injection: its probes are rewritten already. */
  readonly earlier: AppProbers;
}

/** Only where there is an agent to ask. */
function withRewrittenProbes({ initContainers, containers }: Lists, { isWanted, port, earlier }: Rewrite): Lists {
  const all = [...initContainers, ...containers];
  if (!isWanted || all.every(({ name }) => name !== proxyContainerName)) return { initContainers, containers };
  const rewriting = rewriteProbes(all, port);
  const probers = { ...rewriting.probers, ...earlier };
  const told = rewriting.containers.map((container) =>
    container.name === proxyContainerName && Object.keys(probers).length > 0
      ? {
          ...container,
          env: [...withoutVariable(container.env), { name: proberVariable, value: JSON.stringify(probers) }],
        }
      : container,
  );
  return { initContainers: told.slice(0, initContainers.length), containers: told.slice(initContainers.length) };
}

function withoutVariable(env: readonly EnvVar[] = []): readonly EnvVar[] {
  return env.filter(({ name }) => name !== proberVariable);
}

/**
 * A native sidecar runs before the user's init containers, which so belong to the mesh; capture comes first of all. Otherwise
 * capture comes last, so that the user's init containers still have the plain network, and the proxy after the applications
 * unless they wait for it. The check of istio-cni's rules is always first.
 */
function inOrder({ initContainers, containers }: Lists, isHeld: boolean): Lists {
  const first = (list: readonly Container[], name: string): readonly Container[] => [
    ...list.filter((container) => container.name === name),
    ...list.filter((container) => container.name !== name),
  ];
  const last = (list: readonly Container[], name: string): readonly Container[] => [
    ...list.filter((container) => container.name !== name),
    ...list.filter((container) => container.name === name),
  ];
  const isNative = initContainers.some(({ name }) => name === proxyContainerName);
  return {
    initContainers: isNative
      ? [proxyContainerName, validationContainerName, initContainerName].reduce(first, initContainers)
      : last(first(initContainers, validationContainerName), initContainerName),
    containers: isHeld ? first(containers, proxyContainerName) : last(containers, proxyContainerName),
  };
}

/** Paths into the injected pod, found in the text of the original: a container's place in its list may have moved. */
function injectedSource(pod: PodResource, after: Lists): ResourceSource {
  const { source, spec } = pod;
  const originalPath = (path: FieldPath): FieldPath => {
    const [root, list, index, ...rest] = path;
    if (root !== 'spec' || (list !== 'initContainers' && list !== 'containers') || typeof index !== 'number')
      return path;
    const name = after[list][index]?.name;
    for (const original of ['containers', 'initContainers'] as const) {
      const place = (spec[original] ?? []).findIndex((container) => container.name === name);
      if (place >= 0) return ['spec', original, place, ...rest];
    }
    return ['spec'];
  };
  const locate = (path: FieldPath): Range => source.locate(originalPath(path));
  return { ...source, locate, locateKey: (path) => source.locateKey(originalPath(path)) };
}

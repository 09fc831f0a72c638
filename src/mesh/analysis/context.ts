// What an analyzer is handed: the objects of the cluster by kind, the mesh they live in, and where to say what it found.
import type { FieldPath } from '../../manifests/index.ts';
import { get } from './fields.ts';
import { analysisMessages, type AnalysisKey, type AnalysisParams, type Level } from './messages.ts';

/** An object of the cluster; a Resource is one. Of its fields nothing is taken for granted. */
export interface AnalysisObject {
  readonly group: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** '' when the kind is cluster-scoped, or when a file names none and no default applies. */
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly object: unknown;
}

export interface AnalysisInput {
  /** Of the cluster as it is expected to be: pods included, and what an installer brings. */
  readonly objects: readonly AnalysisObject[];
  readonly mesh: {
    /** MeshConfig and MeshNetworks by the names of their YAML. Absent fields have upstream's defaults. */
    readonly config: unknown;
    readonly networks: unknown;
  };
  /** Milliseconds since 1970: certificates expire. */
  readonly now: number;
  /** The objects of other clusters of the mesh, by the cluster's name; `objects` are those of `default`. */
  readonly otherClusters?: ReadonlyMap<string, readonly AnalysisObject[]>;
}

export interface AnalysisMessage {
  readonly key: AnalysisKey;
  /** Upstream's code: `IST0101`. */
  readonly code: string;
  readonly level: Level;
  /** Package and type of upstream's analyzer: `gateway.SecretAnalyzer`. */
  readonly analyzer: string;
  /** One of the objects given, or the MeshNetworks. */
  readonly origin: AnalysisObject;
  readonly params: Readonly<Record<string, string | number>>;
  /** Where in the object; its name when nothing is more to the point. */
  readonly place: FieldPath;
}

export interface Analyzer {
  readonly name: string;
  readonly analyze: (context: AnalysisContext) => void;
}

const istio = 'networking.istio.io';
const gatewayApi = 'gateway.networking.k8s.io';
const admission = 'admissionregistration.k8s.io';

/** The group of each kind that an analyzer reads. The Gateway of the Gateway API has a name of its own here, as upstream. */
const groups = {
  AuthorizationPolicy: 'security.istio.io',
  ConfigMap: '',
  CustomResourceDefinition: 'apiextensions.k8s.io',
  Deployment: 'apps',
  DestinationRule: istio,
  EnvoyFilter: istio,
  Gateway: istio,
  GRPCRoute: gatewayApi,
  HTTPRoute: gatewayApi,
  KubernetesGateway: gatewayApi,
  MutatingWebhookConfiguration: admission,
  Namespace: '',
  Node: '',
  Pod: '',
  ProxyConfig: istio,
  RequestAuthentication: 'security.istio.io',
  Secret: '',
  Service: '',
  ServiceEntry: istio,
  Sidecar: istio,
  Telemetry: 'telemetry.istio.io',
  ValidatingWebhookConfiguration: admission,
  VirtualService: istio,
  WasmPlugin: 'extensions.istio.io',
  WorkloadEntry: istio,
} as const;

export type AnalyzedKind = keyof typeof groups;

/** Namespaces that analysis looks past. Source: istio/istio:pkg/kube/inject/initializer.go IgnoredNamespaces. */
const ignoredNamespaces: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

export class AnalysisContext {
  readonly input: AnalysisInput;
  readonly messages: AnalysisMessage[] = [];
  readonly #byKind = new Map<string, AnalysisObject[]>();
  readonly #byName = new Map<string, AnalysisObject>();
  #analyzer = '';

  constructor(input: AnalysisInput) {
    this.input = input;
    for (const object of input.objects) {
      const { namespace, name } = object.metadata;
      if (ignoredNamespaces.includes(object.kind === 'Namespace' ? name : namespace)) continue;
      const key = `${object.group}/${object.kind}`;
      const known = this.#byKind.get(key);
      if (known === undefined) this.#byKind.set(key, [object]);
      else known.push(object);
      this.#byName.set(`${key}/${namespace}/${name}`, object);
    }
  }

  run({ name, analyze }: Analyzer): void {
    this.#analyzer = name;
    analyze(this);
  }

  /** In the order they were given. */
  of(kind: AnalyzedKind): readonly AnalysisObject[] {
    return this.#byKind.get(keyOf(kind)) ?? [];
  }

  find(kind: AnalyzedKind, namespace: string, name: string): AnalysisObject | undefined {
    return this.#byName.get(`${keyOf(kind)}/${namespace}/${name}`);
  }

  /** A field of MeshConfig. */
  meshConfig(...path: readonly string[]): unknown {
    return get(this.input.mesh.config, ...path);
  }

  /** Namespace of mesh-wide policies. */
  get rootNamespace(): string {
    const stated = this.meshConfig('rootNamespace');
    return typeof stated === 'string' && stated !== '' ? stated : istioNamespace;
  }

  report<K extends AnalysisKey>(
    key: K,
    origin: AnalysisObject,
    params: AnalysisParams<K>,
    place: FieldPath = ['metadata', 'name'],
  ): void {
    const { code, level } = analysisMessages[key];
    this.messages.push({ key, code, level, analyzer: this.#analyzer, origin, params, place });
  }
}

function keyOf(kind: AnalyzedKind): string {
  return `${groups[kind]}/${kind === 'KubernetesGateway' ? 'Gateway' : kind}`;
}

/** Where istiod is installed. */
export const istioNamespace = 'istio-system';

/** `namespace/name`, or the name alone where there is no namespace. */
export function fullName({ metadata: { namespace, name } }: AnalysisObject): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Reads `namespace/name`; without a slash the name is one of `namespace`. */
export function readName(reference: string, namespace: string): { readonly namespace: string; readonly name: string } {
  const slash = reference.indexOf('/');
  if (slash === -1) return { namespace, name: reference };
  return { namespace: reference.slice(0, slash), name: reference.slice(slash + 1) };
}

/** The names of objects as messages list them. */
export function namesOf(objects: readonly AnalysisObject[]): string {
  return joined(objects.map(({ metadata }) => metadata.name));
}

/** Sorted by code units, with commas. */
export function joined(words: Iterable<string>): string {
  return [...words].sort(byCodeUnits).join(', ');
}

export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Items by a key, in the order in which their keys appear. */
export function grouped<T, K>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groupsByKey = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groupsByKey.get(key);
    if (known === undefined) groupsByKey.set(key, [item]);
    else known.push(item);
  }
  return groupsByKey;
}

// The objects the Gateway API is made of, found by name, and the settings istiod reads them under. Built once for one set of objects.
import type { StoredObject } from '../../kube/index.ts';
import type { LabelSelector, ResourceOf, TypedKind } from '../../manifests/index.ts';
import { GATEWAY_API_GROUP, GATEWAY_API_X_GROUP, selectorMatches } from '../../manifests/index.ts';
import { ofKind, ofKindNamed } from '../by-kind.ts';
import { isSameList } from '../remembered.ts';
import { inOrder } from './in-order.ts';

export interface GatewayApiSettings {
  /** Cluster domain. */
  readonly domain: string;
  /** PILOT_ENABLE_AMBIENT: waypoints are a class of Gateway, and routes say whether a waypoint honours them. */
  readonly ambient: boolean;
  /** AMBIENT_ENABLE_MULTI_NETWORK: east-west gateways are a class. */
  readonly multiNetwork: boolean;
  /** PILOT_ENABLE_ALPHA_GATEWAY_API: XBackend and XBackendTrafficPolicy are read. */
  readonly alphaApis: boolean;
  /** ENABLE_GATEWAY_API_INFERENCE_EXTENSION: InferencePools may be backends. */
  readonly inferencePools: boolean;
  /** No istiod reads UDPRoutes. With this they are read as the Gateway API asks of a controller that does. */
  readonly udpRoutes: boolean;
}

/** As `istioctl install --set profile=ambient` leaves them. Source: istio/istio:pilot/pkg/features at 1.31. */
export const defaultGatewayApiSettings: GatewayApiSettings = {
  domain: 'cluster.local',
  ambient: true,
  multiNetwork: false,
  alphaApis: false,
  inferencePools: false,
  udpRoutes: false,
};

/** Whether there is anything of the Gateway API at all. */
export function usesGatewayApi(objects: readonly StoredObject[]): boolean {
  return objects.some(({ resource: { group } }) => group === GATEWAY_API_GROUP || group === GATEWAY_API_X_GROUP);
}

/** InferencePools are no more than looked up: whether there is one. */
type AskedKind = TypedKind | 'InferencePool';

/** A question that was put to a view, with what it said. */
type Asked =
  | { readonly kind: AskedKind; readonly name: string; readonly answer: StoredObject | undefined }
  | { readonly kind: AskedKind; readonly name: undefined; readonly answer: readonly StoredObject[] };

/** A value with everything that was asked on the way to it: any view that says the same gives the same value. */
export interface Answered<T> {
  readonly value: T;
  readonly asked: readonly Asked[];
  /** All there was of the kinds that were asked about. Where nothing of them is new, no question has to be put again. */
  lists: Lists;
}

type Lists = ReadonlyMap<AskedKind, readonly StoredObject[]>;

export class GatewayApiView {
  readonly settings: GatewayApiSettings;
  readonly #objects: readonly StoredObject[];
  readonly #byName = new Map<AskedKind, ReadonlyMap<string, StoredObject>>();
  /** While somebody wants to know: what is asked. */
  #asked: Asked[] | undefined;

  constructor(objects: readonly StoredObject[], settings: GatewayApiSettings) {
    this.#objects = objects;
    this.settings = settings;
  }

  /** `before`, if it still holds here; else the value made anew. */
  answered<T>(before: Answered<T> | undefined, make: () => T): Answered<T> {
    const outer = this.#asked;
    let now = before;
    if (now === undefined || !this.#isTrue(now)) {
      const asked: Asked[] = [];
      this.#asked = asked;
      const value = make();
      this.#asked = outer;
      now = { value, asked, lists: this.#lists(asked) };
    }
    if (outer !== undefined) for (const question of now.asked) outer.push(question);
    return now;
  }

  #isTrue(before: Answered<unknown>): boolean {
    let isSame = true;
    for (const [kind, list] of before.lists) isSame &&= this.#all(kind) === list;
    if (isSame) return true;
    if (!before.asked.every((question) => this.#saysAgain(question))) return false;
    before.lists = this.#lists(before.asked);
    return true;
  }

  #lists(asked: readonly Asked[]): Lists {
    const lists = new Map<AskedKind, readonly StoredObject[]>();
    for (const { kind } of asked) if (!lists.has(kind)) lists.set(kind, this.#all(kind));
    return lists;
  }

  #saysAgain({ kind, name, answer }: Asked): boolean {
    return name === undefined ? isSameList(this.#all(kind), answer) : this.#named(kind, name) === answer;
  }

  /** All of a kind, as they were given. */
  all<K extends TypedKind>(kind: K): readonly StoredObject<ResourceOf<K>>[] {
    const answer = ofKind(this.#objects, kind);
    this.#asked?.push({ kind, name: undefined, answer });
    return answer;
  }

  #all(kind: AskedKind): readonly StoredObject[] {
    return kind === 'InferencePool' ? ofKindNamed(this.#objects, kind) : ofKind(this.#objects, kind);
  }

  /** One of a kind; `namespace` '' where the kind is cluster-scoped. */
  find<K extends TypedKind>(kind: K, namespace: string, name: string): StoredObject<ResourceOf<K>> | undefined {
    return this.#find(kind, namespace, name) as StoredObject<ResourceOf<K>> | undefined; // of this kind alone
  }

  #find(kind: AskedKind, namespace: string, written: string): StoredObject | undefined {
    const name = `${namespace}/${written}`;
    const answer = this.#named(kind, name);
    this.#asked?.push({ kind, name, answer });
    return answer;
  }

  #named(kind: AskedKind, key: string): StoredObject | undefined {
    let index = this.#byName.get(kind);
    if (index === undefined) {
      const keyOf = ({ resource: { metadata } }: StoredObject): string => `${metadata.namespace}/${metadata.name}`;
      index = new Map(this.#all(kind).map((object) => [keyOf(object), object]));
      this.#byName.set(kind, index);
    }
    return index.get(key);
  }

  /** The labels of a namespace, with the one of its name; undefined when it does not exist. */
  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined {
    const labels = this.find('Namespace', '', name)?.resource.metadata.labels;
    return labels && { ...labels, 'kubernetes.io/metadata.name': name };
  }

  /** Names of the namespaces a selector picks, in order. */
  namespacesWith(selector: LabelSelector): readonly string[] {
    const names = this.all('Namespace').map(({ resource }) => resource.metadata.name);
    return inOrder(names.filter((name) => selectorMatches(selector, this.namespaceLabels(name) ?? {})));
  }

  /** Whether a Service or ServiceEntry of the namespace has this host. */
  hasHost(hostname: string, namespace: string): boolean {
    const suffix = `.${namespace}.svc.${this.settings.domain}`;
    return (
      (hostname.endsWith(suffix) && this.find('Service', namespace, hostname.slice(0, -suffix.length)) !== undefined) ||
      this.all('ServiceEntry').some(
        ({ resource: { metadata, spec } }) => metadata.namespace === namespace && spec.hosts.includes(hostname),
      )
    );
  }

  hasInferencePool(namespace: string, name: string): boolean {
    return this.#find('InferencePool', namespace, name)?.resource.group === 'inference.networking.k8s.io';
  }
}

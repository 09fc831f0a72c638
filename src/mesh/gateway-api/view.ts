// The objects the Gateway API is made of, found by name, and the settings istiod reads them under. Built once for one set of objects.
import type { StoredObject } from '../../kube/index.ts';
import type { LabelSelector, ResourceOf, TypedKind } from '../../manifests/index.ts';
import { GATEWAY_API_GROUP, GATEWAY_API_X_GROUP, isKind, selectorMatches } from '../../manifests/index.ts';
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

export class GatewayApiView {
  readonly settings: GatewayApiSettings;
  readonly objects: readonly StoredObject[];
  readonly #byKind = new Map<TypedKind, readonly StoredObject[]>();
  readonly #byName = new Map<TypedKind, ReadonlyMap<string, StoredObject>>();

  constructor(objects: readonly StoredObject[], settings: GatewayApiSettings) {
    this.objects = objects;
    this.settings = settings;
  }

  /** All of a kind, as they were given. */
  all<K extends TypedKind>(kind: K): readonly StoredObject<ResourceOf<K>>[] {
    let list = this.#byKind.get(kind);
    if (list === undefined) {
      list = this.objects.filter(({ resource }) => isKind(resource, kind));
      this.#byKind.set(kind, list);
    }
    return list as readonly StoredObject<ResourceOf<K>>[]; // filtered by isKind
  }

  /** One of a kind; `namespace` '' where the kind is cluster-scoped. */
  find<K extends TypedKind>(kind: K, namespace: string, name: string): StoredObject<ResourceOf<K>> | undefined {
    let index = this.#byName.get(kind);
    if (index === undefined) {
      index = new Map(
        this.all(kind).map((object) => {
          const { metadata } = object.resource;
          return [`${metadata.namespace}/${metadata.name}`, object];
        }),
      );
      this.#byName.set(kind, index);
    }
    return index.get(`${namespace}/${name}`) as StoredObject<ResourceOf<K>> | undefined; // the index holds this kind alone
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
    const { domain } = this.settings;
    return (
      this.all('Service').some(({ resource: { metadata } }) => {
        return metadata.namespace === namespace && `${metadata.name}.${namespace}.svc.${domain}` === hostname;
      }) ||
      this.all('ServiceEntry').some(
        ({ resource: { metadata, spec } }) => metadata.namespace === namespace && spec.hosts.includes(hostname),
      )
    );
  }
}

// Objects of every kind that istiod reads, each in several variants: what somebody may have in a cluster, and edit.
import { instant } from '../../../../src/kernel/index.ts';
import type { PodStatus, StoredObject } from '../../../../src/kube/index.ts';
import { newObject } from '../../../../src/kube/index.ts';
import { parseManifests } from '../../../../src/manifests/index.ts';

const meta = (name: string, namespace: string, more = ''): string =>
  `metadata: {name: ${name}, namespace: ${namespace}${more}}`;

function service(name: string, namespace: string, index: number): readonly string[] {
  const head = (more: string): string => `apiVersion: v1\nkind: Service\n${meta(name, namespace, more)}\nspec:`;
  const address = `clusterIP: 10.96.0.${index}, selector: {app: ${name}}`;
  return [
    `${head('')} {${address}, ports: [{name: http, port: 80, targetPort: 8080}]}`,
    `${head('')} {${address}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-db, port: 90}, {name: any, port: 91}]}`,
    `${head(", annotations: {networking.istio.io/exportTo: '.'}")} {${address}, ports: [{name: grpc, port: 80}]}`,
    `${head(', labels: {istio.io/use-waypoint: point, istio.io/ingress-use-waypoint: "true"}')} {${address}, trafficDistribution: PreferClose, ports: [{name: http, port: 80}]}`,
    `${head('')} {clusterIP: None, selector: {app: ${name}}, ports: [{name: tcp, port: 90}]}`,
    `${head('')} {type: ExternalName, externalName: other.shop.svc.cluster.local, ports: [{name: http, port: 80}]}`,
  ];
}

const istio = (kind: string, name: string, namespace: string, spec: string): string =>
  `apiVersion: networking.istio.io/v1\nkind: ${kind}\n${meta(name, namespace)}\nspec: ${spec}`;
const security = (kind: string, name: string, namespace: string, spec: string): string =>
  `apiVersion: security.istio.io/v1\nkind: ${kind}\n${meta(name, namespace)}\nspec: ${spec}`;
const api = (kind: string, name: string, namespace: string, spec: string): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: ${kind}\n${meta(name, namespace)}\nspec: ${spec}`;
const slice = (name: string, endpoints: string): string =>
  `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n${meta(`${name}-x`, 'shop', `, labels: {kubernetes.io/service-name: ${name}}`)}\naddressType: IPv4\nports: [{name: http, port: 8080, protocol: TCP}, {name: tcp, port: 90, protocol: TCP}]\nendpoints: ${endpoints}`;
const endpoint = (address: string, ready = true): string => `{addresses: [${address}], conditions: {ready: ${ready}}}`;
const pod = (name: string, labels: string): string =>
  `apiVersion: v1\nkind: Pod\n${meta(name, 'shop', `, labels: {${labels}}`)}\nspec: {serviceAccountName: ${name}, containers: [{name: app, image: app}]}`;
const toService = (name: string, backends: string): string =>
  `{parentRefs: [{group: '', kind: Service, name: ${name}}], rules: [{backendRefs: ${backends}}]}`;

const texts: readonly (readonly string[])[] = [
  service('web', 'shop', 1),
  service('cart', 'shop', 2),
  service('other', 'far', 3),
  service('alias', 'far', 4),
  [
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}`,
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio.io/use-waypoint: point}}`,
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {networking.istio.io/traffic-distribution: PreferClose}}`,
  ],
  [`apiVersion: v1\nkind: Namespace\nmetadata: {name: far, labels: {team: far}}`],
  [pod('web', 'app: web'), pod('web', 'app: web, version: v1, security.istio.io/tlsMode: istio')],
  [pod('cart', 'app: cart, version: v2'), pod('cart', 'app: cart, entry: yes-it-is')],
  [
    slice('web', `[${endpoint('10.0.0.1')}]`),
    slice('web', `[${endpoint('10.0.0.1', false)}, ${endpoint('10.0.0.2')}]`),
  ],
  [slice('cart', `[${endpoint('10.0.0.2')}]`), slice('cart', `[${endpoint('10.0.0.9')}]`)],
  [
    istio('VirtualService', 'web', 'shop', '{hosts: [web], http: [{route: [{destination: {host: cart}}]}]}'),
    istio(
      'VirtualService',
      'web',
      'shop',
      '{hosts: [web, a.example.com], http: [{match: [{sourceLabels: {app: web}}], route: [{destination: {host: cart, subset: v1}, weight: 50}, {destination: {host: web}, weight: 50}]}, {route: [{destination: {host: other.far.svc.cluster.local}}]}]}',
    ),
    istio(
      'VirtualService',
      'web',
      'shop',
      '{hosts: [web], http: [{match: [{uri: {prefix: /d}}], delegate: {name: leaf}}]}',
    ),
    istio(
      'VirtualService',
      'web',
      'shop',
      '{hosts: [cart], tcp: [{match: [{port: 90}], route: [{destination: {host: web, port: {number: 90}}}]}]}',
    ),
    istio(
      'VirtualService',
      'web',
      'shop',
      '{hosts: ["*.example.com"], gateways: [shop/entry, mesh], exportTo: ["."], http: [{route: [{destination: {host: web, port: {number: 80}}}]}]}',
    ),
  ],
  [
    istio('VirtualService', 'leaf', 'shop', '{http: [{route: [{destination: {host: cart}}]}]}'),
    istio('VirtualService', 'leaf', 'shop', '{http: [{redirect: {uri: /elsewhere}}]}'),
  ],
  [
    istio('DestinationRule', 'cart', 'shop', '{host: cart, subsets: [{name: v1, labels: {version: v1}}]}'),
    istio(
      'DestinationRule',
      'cart',
      'shop',
      '{host: cart, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}, connectionPool: {tcp: {maxConnections: 7, idleTimeout: 5s}}}}',
    ),
    istio(
      'DestinationRule',
      'cart',
      'shop',
      '{host: cart, workloadSelector: {matchLabels: {app: web}}, trafficPolicy: {tls: {mode: SIMPLE}}}',
    ),
    istio(
      'DestinationRule',
      'cart',
      'shop',
      '{host: "*.cluster.local", trafficPolicy: {outlierDetection: {consecutive5xxErrors: 3}}}',
    ),
  ],
  [
    istio(
      'DestinationRule',
      'cart-more',
      'shop',
      '{host: cart, subsets: [{name: v2, labels: {version: v2}}], exportTo: ["*"]}',
    ),
    istio(
      'DestinationRule',
      'cart-more',
      'shop',
      '{host: cart, trafficPolicy: {connectionPool: {tcp: {maxConnections: 3}}}, exportTo: ["."]}',
    ),
  ],
  [
    istio('Sidecar', 'default', 'shop', '{egress: [{hosts: ["./*"]}]}'),
    istio(
      'Sidecar',
      'default',
      'shop',
      '{egress: [{port: {number: 80, protocol: HTTP, name: http}, hosts: ["*/*"]}, {hosts: ["far/*"]}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}',
    ),
    istio(
      'Sidecar',
      'default',
      'shop',
      '{workloadSelector: {labels: {app: web}}, ingress: [{port: {number: 9080, protocol: HTTP, name: in}, defaultEndpoint: 127.0.0.1:8080}]}',
    ),
  ],
  [
    istio(
      'ServiceEntry',
      'out',
      'far',
      '{hosts: [out.example.com], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}',
    ),
    istio(
      'ServiceEntry',
      'out',
      'far',
      '{hosts: [out.example.com], addresses: [240.1.1.1, 240.1.1.2], resolution: STATIC, location: MESH_INTERNAL, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 1.2.3.4}]}',
    ),
  ],
  [
    istio(
      'ServiceEntry',
      'vms',
      'shop',
      '{hosts: [vms.example.com], resolution: STATIC, location: MESH_INTERNAL, ports: [{number: 80, name: http, protocol: HTTP}], workloadSelector: {labels: {entry: yes-it-is}}}',
    ),
    istio(
      'ServiceEntry',
      'vms',
      'shop',
      '{hosts: [vms.example.com, cart.shop.svc.cluster.local], resolution: NONE, ports: [{number: 90, name: tcp, protocol: TCP}]}',
    ),
  ],
  [
    istio(
      'WorkloadEntry',
      'vm',
      'shop',
      '{address: 10.9.0.1, labels: {app: cart, entry: yes-it-is}, serviceAccount: vm}',
    ),
    istio('WorkloadEntry', 'vm', 'shop', '{address: 10.9.0.2, labels: {app: web}}'),
  ],
  [
    istio(
      'Gateway',
      'entry',
      'shop',
      '{selector: {app: web}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}',
    ),
    istio(
      'Gateway',
      'entry',
      'shop',
      '{selector: {app: web}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["shop/*.example.com"]}, {port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: [a.example.com]}]}',
    ),
  ],
  [
    security(
      'AuthorizationPolicy',
      'rules',
      'shop',
      '{selector: {matchLabels: {app: web}}, rules: [{to: [{operation: {methods: [GET]}}]}]}',
    ),
    security(
      'AuthorizationPolicy',
      'rules',
      'shop',
      '{action: DENY, rules: [{from: [{source: {namespaces: [far]}}]}]}',
    ),
    security(
      'AuthorizationPolicy',
      'rules',
      'shop',
      "{targetRefs: [{group: '', kind: Service, name: web}], rules: [{to: [{operation: {paths: [/a]}}]}]}",
    ),
  ],
  [
    security('PeerAuthentication', 'default', 'shop', '{mtls: {mode: STRICT}}'),
    security('PeerAuthentication', 'default', 'shop', '{mtls: {mode: DISABLE}}'),
    security(
      'PeerAuthentication',
      'default',
      'shop',
      '{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}',
    ),
  ],
  [security('PeerAuthentication', 'default', 'istio-system', '{mtls: {mode: DISABLE}}')],
  [security('RequestAuthentication', 'jwt', 'shop', '{selector: {matchLabels: {app: web}}, jwtRules: [{issuer: me}]}')],
  [
    api('HTTPRoute', 'to-web', 'shop', toService('web', '[{name: cart, port: 80}]')),
    api(
      'HTTPRoute',
      'to-web',
      'shop',
      toService('web', '[{name: web, port: 80, weight: 9}, {name: other, namespace: far, port: 80, weight: 1}]'),
    ),
    api(
      'HTTPRoute',
      'to-web',
      'shop',
      '{parentRefs: [{name: door}], hostnames: [b.example.com], rules: [{backendRefs: [{name: other, namespace: far, port: 80}]}]}',
    ),
    api(
      'HTTPRoute',
      'to-web',
      'shop',
      '{parentRefs: [{group: networking.istio.io, kind: ServiceEntry, name: vms}], rules: [{backendRefs: [{group: networking.istio.io, kind: Hostname, name: out.example.com, port: 80}]}]}',
    ),
  ],
  [
    api('HTTPRoute', 'also-web', 'shop', toService('web', '[{name: missing, port: 80}]')),
    api(
      'HTTPRoute',
      'also-web',
      'shop',
      '{parentRefs: [{name: door}, {group: "", kind: Service, name: cart, port: 80}], rules: [{matches: [{path: {type: Exact, value: /x}}], backendRefs: [{name: cart, port: 80}]}]}',
    ),
  ],
  [
    api('Gateway', 'door', 'shop', '{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}'),
    api(
      'Gateway',
      'door',
      'shop',
      '{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP, hostname: "*.example.com", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: far}}}}}]}',
    ),
  ],
  [
    api(
      'Gateway',
      'point',
      'shop',
      '{gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}',
    ),
  ],
  [
    `apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\n${meta('grant', 'far')}\nspec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service}]}`,
  ],
  [
    api(
      'BackendTLSPolicy',
      'tls',
      'shop',
      "{targetRefs: [{group: '', kind: Service, name: cart}], validation: {hostname: cart.example.com, wellKnownCACertificates: System}}",
    ),
    api(
      'BackendTLSPolicy',
      'tls',
      'shop',
      "{targetRefs: [{group: '', kind: Service, name: cart, sectionName: http}], validation: {hostname: c.example.com, caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}]}}",
    ),
  ],
  [`apiVersion: v1\nkind: ConfigMap\n${meta('ca', 'shop')}\ndata: {ca.crt: nothing}`],
  [
    `apiVersion: networking.k8s.io/v1\nkind: Ingress\n${meta('in', 'shop')}\nspec: {ingressClassName: istio, rules: [{host: i.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]}`,
  ],
  [
    `apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: istio}\nspec: {controller: istio.io/ingress-controller}`,
  ],
];

/** What nobody edits: a service with all that may belong to one, by the name `still`. */
const stillTexts: readonly string[] = [
  `apiVersion: v1\nkind: Service\n${meta('still', 'shop', ', labels: {istio.io/use-waypoint: point}')}\nspec: {clusterIP: 10.96.0.9, selector: {app: still}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 99}]}`,
  slice('still', `[${endpoint('10.0.0.99')}]`),
  istio(
    'VirtualService',
    'still',
    'shop',
    '{hosts: [still], http: [{route: [{destination: {host: still, subset: v1}}]}]}',
  ),
  istio('DestinationRule', 'still', 'shop', '{host: still, subsets: [{name: v1, labels: {version: v1}}]}'),
  istio(
    'ServiceEntry',
    'still-out',
    'shop',
    '{hosts: [still.example.com], addresses: [240.1.1.9], resolution: STATIC, ports: [{number: 81, name: http, protocol: HTTP}], endpoints: [{address: 1.2.3.9}]}',
  ),
  security('AuthorizationPolicy', 'still', 'shop', '{selector: {matchLabels: {app: still}}, rules: [{}]}'),
];

/** By slot, by variant: an object as the API server has it. Variants of a slot are one object before and after an edit. */
export const slots: readonly (readonly StoredObject[])[] = texts.map((variants, slot) =>
  variants.map((text, variant) => {
    const object = stored(text, slot, variant);
    const { kind, metadata } = object.resource;
    if (kind === 'Pod') return { ...object, status: { ...object.status, ...running(slot) } as PodStatus };
    const addresses = [{ type: 'Hostname', value: 'point.shop.svc.cluster.local' }];
    return metadata.name === 'point' ? { ...object, status: { kind: 'written', value: { addresses } } } : object;
  }),
);

export const bystanders: readonly StoredObject[] = stillTexts.map((text, index) => stored(text, 100 + index, 0));

function stored(text: string, slot: number, variant: number): StoredObject {
  const { resources, diagnostics } = parseManifests([{ path: `${slot}.yaml`, text }]);
  const [mistake] = diagnostics.filter(({ severity }) => severity === 'error');
  const [resource] = resources;
  if (mistake !== undefined || resource === undefined) throw new Error(`${mistake?.code ?? 'nothing'} in ${text}`);
  const createdAt = instant(((slot * 7) % 5) * 1_000_000);
  return newObject(resource, { uid: `uid-${slot}`, resourceVersion: variant, createdAt });
}

/** A pod that runs, on the address of its slot. */
function running(slot: number): Partial<PodStatus> {
  return { podIP: `10.0.0.${slot - 5}`, nodeName: 'node-1', phase: 'Running' };
}

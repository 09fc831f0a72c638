// The servers a gateway's proxy is told to open: those of Istio's Gateways that select it, those of Ingresses, and the listeners of
// the Gateway API's Gateways in front of which it stands. All are one thing here, as they are for istiod.
// Source: istio/istio:pilot/pkg/model/push_context.go mergeGateways, pilot/pkg/config/kube/gateway/conversion.go buildListener at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { IstioGatewayResource, IstioGatewayServer, ResourceOf } from '../../manifests/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { Aged } from '../age.ts';
import { compareAge } from '../age.ts';
import type { AttachedListener, CertificateSource, ServerTls } from '../gateway-api/index.ts';
import { attachedListeners } from '../gateway-api/index.ts';
import { originOf } from '../origin.ts';
import type { PushContext } from '../push/index.ts';
import {
  ingressCreatedAt,
  ingressGatewayName,
  ingressNamespace,
  listenerGateway,
  ownIngresses,
} from '../push/index.ts';
import type { AppProtocol, ServiceTarget } from '../registry/index.ts';
import { isHttp, parseProtocol, serviceTargets } from '../registry/index.ts';
import type { XdsNode } from '../xds/index.ts';

export interface Server {
  /** `namespace/name` by which routing rules name the gateway it belongs to. */
  readonly gateway: string;
  /** Its parts as route configurations are named by them. */
  readonly gatewayName: string;
  readonly gatewayNamespace: string;
  readonly port: number;
  readonly portName: string;
  readonly protocol: AppProtocol;
  /** An address, or '' for every one. */
  readonly bind: string;
  /** `host` for routes of every namespace, or `namespace/host`. */
  readonly hosts: readonly string[];
  readonly tls: ServerSettings | undefined;
  /** Ports of the pod it listens on. */
  readonly podPorts: readonly number[];
  readonly origin: MaybeOrigin;
}

export interface ServerSettings extends ServerTls {
  /** Plaintext requests are sent to https. */
  readonly redirectsToHttps: boolean;
  /** Names of which a client's certificate must have one; empty: any. */
  readonly clientNames: readonly string[];
}

type Node = Pick<XdsNode, 'namespace' | 'labels' | 'address'>;

/** The servers of a proxy, oldest gateway first, in the order they are written. */
export function serversOf(push: PushContext, node: Node): readonly Server[] {
  const targets = serviceTargets(push.registry, node);
  const classic = push.registry.istioGateways.flatMap((object) => classicServers(object, node, targets));
  const { ingressSelector } = push.registry.mesh.meshConfig;
  const ingresses = node.labels['istio'] === ingressSelector ? ownIngresses(push.registry) : [];
  const attached = attachedListeners(push.gatewayApi).flatMap((listener) => listenerServers(listener, targets));
  return [...classic, ...ingresses.map((object) => ingressServers(object, node, targets)), ...attached]
    .sort((a, b) => compareAge(a, b))
    .flatMap(({ servers }) => servers);
}

interface AgedServers extends Aged {
  readonly servers: readonly Server[];
}

// --- Istio's Gateway

/** Names the Services whose pods a Gateway is for, instead of a selector. */
const serviceAnnotation = 'internal.istio.io/gateway-service';
const noTranslation = 'experimental.istio.io/disable-gateway-port-translation';

function classicServers(
  object: StoredObject<IstioGatewayResource>,
  node: Node,
  targets: readonly ServiceTarget[],
): readonly AgedServers[] {
  const { metadata, spec } = object.resource;
  const own = targetsOf(object, node, targets);
  if (own === undefined) return [];
  const { namespace, name } = metadata;
  const servers = (spec.servers ?? []).map((server, index): Server => ({
    gateway: `${namespace}/${name}`,
    gatewayName: name,
    gatewayNamespace: namespace,
    port: server.port.number,
    portName: server.port.name,
    protocol: parseProtocol(server.port.protocol),
    bind: server.bind ?? '',
    hosts: server.hosts.map((host) => hostOf(host, namespace)),
    tls: settingsOf(server, node.namespace),
    podPorts: podPortsOf(server.port.number, own),
    origin: originOf(object, ['spec', 'servers', index]),
  }));
  return [{ namespace, name, createdAt: object.createdAt, servers }];
}

interface Targets {
  readonly targets: readonly ServiceTarget[];
  /** By selector a port nobody maps is listened on as it is. */
  readonly isBySelector: boolean;
}

/** Undefined: the Gateway is not for this proxy. */
function targetsOf(
  { resource: { metadata, spec } }: StoredObject<IstioGatewayResource>,
  { labels }: Node,
  targets: readonly ServiceTarget[],
): Targets | undefined {
  const named = metadata.annotations[serviceAnnotation];
  if (named !== undefined) {
    const hosts = named.split(',');
    const own = targets.filter(
      ({ service }) => service.namespace === metadata.namespace && hosts.includes(service.hostname),
    );
    return own.length === 0 ? undefined : { targets: own, isBySelector: false };
  }
  const isSelected = Object.entries(spec.selector ?? {}).every(([key, value]) => labels[key] === value);
  return isSelected ? { targets, isBySelector: true } : undefined;
}

/** A Gateway names ports of Services; the proxy listens where those lead. By selector the first Service's decides. */
function podPortsOf(port: number, { targets, isBySelector }: Targets): readonly number[] {
  const ports = targets
    .filter(
      ({ service, port: own }) =>
        own.port === port && !(isBySelector && service.object.resource.metadata.labels[noTranslation] !== undefined),
    )
    .map(({ targetPort }) => targetPort);
  if (!isBySelector) return [...new Set(ports)];
  return [ports[0] ?? port];
}

/** `./host` is the Gateway's own namespace's, `*` + `/host` is every namespace's. */
function hostOf(written: string, namespace: string): string {
  const [from = '', host] = written.split('/');
  if (host === undefined || from === '*') return host ?? from;
  return from === '.' ? `${namespace}/${host}` : written;
}

/**
 * A credential's Secret stands where the proxy runs, wherever the Gateway is written.
 * Source: istio/istio:pilot/pkg/model/credentials/resource.go ParseResourceName.
 */
function settingsOf({ tls }: IstioGatewayServer, proxyNamespace: string): ServerSettings | undefined {
  if (tls === undefined) return undefined;
  const { credentialName = '', credentialNames = [], mode = 'PASSTHROUGH' } = tls;
  const names = credentialNames.length > 0 ? credentialNames : credentialName === '' ? [] : [credentialName];
  const certificates = names.map((name): CertificateSource => ({
    kind: 'Secret',
    namespace: proxyNamespace,
    name,
  }));
  const [first] = certificates;
  const asksClient = mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL';
  return {
    mode,
    certificates,
    usesWorkloadCertificate: mode === 'ISTIO_MUTUAL',
    clientCa: asksClient && first !== undefined ? first : undefined,
    skipsVerification: false,
    redirectsToHttps: tls.httpsRedirect === true,
    clientNames: tls.subjectAltNames ?? [],
  };
}

// --- Kubernetes' Ingress

/** One server for each certificate, and one for plain HTTP that takes every host. */
function ingressServers(
  object: StoredObject<ResourceOf<'Ingress'>>,
  { namespace }: Node,
  targets: readonly ServiceTarget[],
): AgedServers {
  const { metadata, spec } = object.resource;
  const name = ingressGatewayName(object);
  const id = `${metadata.name}-${metadata.namespace}`;
  const shared = {
    gateway: `${ingressNamespace}/${name}`,
    gatewayName: name,
    gatewayNamespace: ingressNamespace,
    bind: '',
  };
  const own: Targets = { targets, isBySelector: true };
  const tls = (spec.tls ?? []).flatMap(({ secretName = '', hosts = [] }, index): readonly Server[] =>
    secretName === ''
      ? []
      : [
          {
            ...shared,
            port: 443,
            portName: `https-443-ingress-${id}-${index}`,
            protocol: 'HTTPS',
            hosts: hosts.length === 0 ? ['*'] : hosts,
            tls: simpleTls(secretName, namespace),
            podPorts: podPortsOf(443, own),
            origin: originOf(object, ['spec', 'tls', index]),
          },
        ],
  );
  const plain: Server = {
    ...shared,
    port: 80,
    portName: `http-80-ingress-${id}`,
    protocol: 'HTTP',
    hosts: ['*'],
    tls: undefined,
    podPorts: podPortsOf(80, own),
    origin: originOf(object),
  };
  return { namespace: ingressNamespace, name, createdAt: ingressCreatedAt, servers: [...tls, plain] };
}

function simpleTls(name: string, namespace: string): ServerSettings {
  return {
    mode: 'SIMPLE',
    certificates: [{ kind: 'Secret', namespace, name }],
    usesWorkloadCertificate: false,
    clientCa: undefined,
    skipsVerification: false,
    redirectsToHttps: false,
    clientNames: [],
  };
}

// --- listeners of the Gateway API

function listenerServers(listener: AttachedListener, targets: readonly ServiceTarget[]): readonly AgedServers[] {
  const { source, services, origin, tls } = listener;
  const home = listener.gateway.resource.metadata.namespace;
  const own = targets.filter(({ service }) => service.namespace === home && services.includes(service.hostname));
  if (own.length === 0 || listener.role === 'waypoint') return [];
  const { namespace, name } = source.resource.metadata;
  const gateway = listenerGateway(listener);
  const server: Server = {
    gateway,
    gatewayName: gateway.slice(gateway.indexOf('/') + 1),
    gatewayNamespace: namespace,
    port: listener.port,
    portName: 'default',
    protocol: parseProtocol(listener.protocol),
    bind: '',
    hosts: listener.hosts.map((host) => hostOf(host, namespace)),
    tls: tls && { ...tls, redirectsToHttps: false, clientNames: [] },
    podPorts: podPortsOf(listener.port, { targets: own, isBySelector: false }),
    origin,
  };
  return [{ namespace, name, createdAt: source.createdAt, servers: [server] }];
}

// --- what kind of server it is

export function isPassthrough({ tls }: Server): boolean {
  return tls?.mode === 'PASSTHROUGH' || tls?.mode === 'AUTO_PASSTHROUGH';
}

/** TLS, ended or passed on; an HTTP server with a redirect is none. */
export function isTlsServer({ tls, protocol }: Server): boolean {
  return tls !== undefined && !isHttp(protocol);
}

/** HTTP, or HTTPS that ends here. */
export function isHttpServer(server: Server): boolean {
  return isHttp(server.protocol) || (server.protocol === 'HTTPS' && !isPassthrough(server));
}

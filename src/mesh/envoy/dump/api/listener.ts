// Listeners in the form of Envoy's API, as far as they are simulated.
// Source: envoyproxy/envoy:api/envoy/config/listener/v3 at 1.37; istio/istio:pilot/pkg/networking/core/listener.go at 1.31.
// Left out: filters that change nothing here (metadata exchange, statistics), access loggers.
import type { JsonObject } from '../../../../manifests/index.ts';
import type {
  DownstreamTls,
  FilterChain,
  FilterChainMatch,
  HttpConnectionManager,
  Inspector,
  Listener,
  TerminalFilter,
} from '../../configuration.ts';
import { virtualInboundListener } from '../../configuration.ts';
import { rateLimitFilterJson } from './rate-limit.ts';
import { authFilterJson } from './rbac.ts';
import { routesJson } from './route.ts';
import { addressJson, durationText, given } from './values.ts';

const filters = 'type.googleapis.com/envoy.extensions.filters';

/** `only`: one of its chains. */
export function listenerJson(listener: Listener, only?: FilterChain): JsonObject {
  const { name, bind, inspectors, filterChains, defaultFilterChain } = listener;
  const captures = bind.kind === 'socket' && bind.originalDestination;
  const chains = only === undefined ? filterChains : filterChains.filter((chain) => chain === only);
  return {
    name,
    ...(bind.kind === 'internal' ? { internalListener: {} } : { address: addressOf(bind) }),
    ...given('filterChains', chains.map(chainJson)),
    ...(defaultFilterChain === undefined || (only !== undefined && only !== defaultFilterChain)
      ? {}
      : { defaultFilterChain: chainJson(defaultFilterChain) }),
    ...given('listenerFilters', [
      // The inbound listener learns where a captured connection was going, but takes it itself.
      ...(captures || name === virtualInboundListener ? [{ name: 'envoy.filters.listener.original_dst' }] : []),
      ...inspectorJson('tls', inspectors.tls),
      ...inspectorJson('http', inspectors.http),
    ]),
    ...(captures ? { useOriginalDst: true } : {}),
    ...(bind.kind === 'internal' && !bind.continuesUninspected
      ? {}
      : { listenerFiltersTimeout: bind.kind === 'internal' ? '15s' : '0s', continueOnListenerFiltersTimeout: true }),
    ...(bind.kind === 'virtual' ? { bindToPort: false } : {}),
  };
}

function addressOf(bind: Exclude<Listener['bind'], { kind: 'internal' }>): JsonObject {
  if (bind.kind !== 'datagrams') return addressJson(bind.address, bind.port);
  return { socketAddress: { protocol: 'UDP', address: bind.address, portValue: bind.port } };
}

/** An inspector that is off for some ports is disabled where their destination matches. */
function inspectorJson(kind: 'tls' | 'http', inspector: Inspector): readonly JsonObject[] {
  if (inspector === 'off') return [];
  const named = { name: `envoy.filters.listener.${kind}_inspector` };
  if (inspector === 'on') return [named];
  const isOff = 'offForPorts' in inspector;
  const ports = isOff ? inspector.offForPorts : inspector.onlyForPorts;
  const rules = ports.map((port) => ({ destinationPortRange: { start: port, end: port + 1 } }));
  const matched = { orMatch: { rules } };
  return [{ ...named, filterDisabled: isOff ? matched : { notMatch: matched } }];
}

function chainJson({ name, match, tls, network, terminal }: FilterChain): JsonObject {
  const matching = matchJson(match);
  return {
    ...(Object.keys(matching).length === 0 ? {} : { filterChainMatch: matching }),
    filters: [...network.map((filter) => authFilterJson(filter, 'network')), terminalJson(terminal)],
    ...(tls === undefined
      ? {}
      : { transportSocket: { name: 'envoy.transport_sockets.tls', typedConfig: tlsJson(tls) } }),
    ...(name === '' ? {} : { name }),
  };
}

function matchJson(match: FilterChainMatch): JsonObject {
  const { destinationPort, prefixRanges = [], serverNames = [], transportProtocol, applicationProtocols = [] } = match;
  return {
    ...(destinationPort === undefined ? {} : { destinationPort }),
    ...given(
      'prefixRanges',
      prefixRanges.map((block) => {
        const [addressPrefix = '', bits] = block.split('/');
        return { addressPrefix, prefixLen: Number(bits ?? (addressPrefix.includes(':') ? 128 : 32)) };
      }),
    ),
    ...given('serverNames', serverNames),
    ...(transportProtocol === undefined ? {} : { transportProtocol }),
    ...given('applicationProtocols', applicationProtocols),
  };
}

function terminalJson(terminal: TerminalFilter): JsonObject {
  switch (terminal.kind) {
    case 'tcp': {
      const { clusters, idleTimeout } = terminal;
      const [first, ...others] = clusters;
      const isOne = first !== undefined && others.length === 0;
      const weightedClusters = { clusters: clusters.map(({ cluster, weight }) => ({ name: cluster, weight })) };
      return {
        name: 'envoy.filters.network.tcp_proxy',
        typedConfig: {
          '@type': `${filters}.network.tcp_proxy.v3.TcpProxy`,
          statPrefix: first?.cluster ?? '',
          ...(isOne ? { cluster: first.cluster } : { weightedClusters }),
          ...(idleTimeout === 0 ? {} : { idleTimeout: durationText(idleTimeout) }),
        },
      };
    }
    case 'connect':
      return {
        name: 'envoy.filters.network.http_connection_manager',
        typedConfig: {
          '@type': `${filters}.network.http_connection_manager.v3.HttpConnectionManager`,
          statPrefix: 'inbound_hbone',
          routeConfig: {
            name: 'default',
            virtualHosts: [
              {
                name: 'default',
                domains: ['*'],
                routes: [
                  {
                    match: { connectMatcher: {} },
                    route: {
                      cluster: terminal.listener,
                      upgradeConfigs: [{ upgradeType: 'CONNECT', connectConfig: {} }],
                    },
                  },
                ],
              },
            ],
          },
          httpFilters: [router],
        },
      };
    case 'http':
      return managerJson(terminal);
  }
}

function httpFilter(name: string, message: string): JsonObject {
  return { name: `envoy.filters.http.${name}`, typedConfig: { '@type': `${filters}.http.${name}.v3.${message}` } };
}

const router = httpFilter('router', 'Router');

function managerJson(manager: HttpConnectionManager): JsonObject {
  const {
    routes,
    rateLimits,
    filters: auth,
    role,
    stripsPort,
    pathNormalization,
    trustedHops,
    clientCertificate,
    acceptsHttp10,
  } = manager;
  const name = routes.kind === 'rds' ? routes.name : routes.routes.name;
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typedConfig: {
      '@type': `${filters}.network.http_connection_manager.v3.HttpConnectionManager`,
      statPrefix: `${role === 'outbound' || role === 'gateway' ? 'outbound' : 'inbound'}_${name}`,
      ...(routes.kind === 'rds'
        ? { rds: { configSource: { ads: {}, resourceApiVersion: 'V3' }, routeConfigName: routes.name } }
        : { routeConfig: routesJson(routes.routes) }),
      httpFilters: [
        ...rateLimits.filter(({ place }) => place === 'first').map(rateLimitFilterJson),
        ...auth.map((filter) => authFilterJson(filter, 'http')),
        httpFilter('fault', 'HTTPFault'),
        httpFilter('cors', 'Cors'),
        ...rateLimits.filter(({ place }) => place === 'last').map(rateLimitFilterJson),
        router,
      ],
      ...(acceptsHttp10 ? { httpProtocolOptions: { acceptHttp10: true } } : {}),
      ...(role === 'outbound' ? {} : { serverName: 'istio-envoy' }),
      useRemoteAddress: role === 'gateway',
      ...(trustedHops === 0 ? {} : { xffNumTrustedHops: trustedHops }),
      forwardClientCertDetails:
        clientCertificate ??
        (role === 'outbound' ? 'SANITIZE' : role === 'gateway' ? 'SANITIZE_SET' : 'APPEND_FORWARD'),
      upgradeConfigs: [{ upgradeType: 'websocket' }],
      ...(stripsPort ? { stripAnyHostPort: true } : {}),
      normalizePath: pathNormalization !== 'NONE',
      ...(pathNormalization === 'MERGE_SLASHES' || pathNormalization === 'DECODE_AND_MERGE_SLASHES'
        ? { mergeSlashes: true }
        : {}),
      ...(pathNormalization === 'DECODE_AND_MERGE_SLASHES'
        ? { pathWithEscapedSlashesAction: 'UNESCAPE_AND_FORWARD' }
        : {}),
    },
  };
}

function tlsJson({ certificate, client, alpn }: DownstreamTls): JsonObject {
  const name = certificate.kind === 'workload' ? 'default' : certificate.name;
  return {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
    commonTlsContext: {
      tlsCertificateSdsSecretConfigs: [{ name }],
      ...(client.kind === 'none'
        ? {}
        : {
            combinedValidationContext: {
              defaultValidationContext: given(
                'matchTypedSubjectAltNames',
                [
                  ...client.san.map((exact) => ({ exact })),
                  ...(client.trustDomains ?? []).map((domain) => ({ prefix: `spiffe://${domain}/` })),
                ].map((matcher) => ({ sanType: 'URI', matcher })),
              ),
              validationContextSdsSecretConfig: { name: certificate.kind === 'workload' ? 'ROOTCA' : `${name}-cacert` },
            },
          }),
      ...given('alpnProtocols', alpn),
    },
    requireClientCertificate: client.kind === 'required',
  };
}

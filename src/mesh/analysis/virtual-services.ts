// VirtualServices against what they refer to: gateways, hosts, ports, subsets, claims; and against each other.
// Source: istio/istio:pkg/config/analysis/analyzers/virtualservice at 1.31.
import type { FieldPath } from '../../manifests/index.ts';
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { fullName, istioNamespace, joined, readName } from './context.ts';
import { entries, get, list, number, text, textMap, texts } from './fields.ts';
import { everywhere, fullHost, hostsOverlap, KnownHosts, portsText, scopesOf, serviceNamed } from './hosts.ts';
import { selects } from './labels.ts';

const meshGateway = 'mesh';

// --- Where a VirtualService routes to

interface Destination {
  readonly value: unknown;
  readonly host: string;
  readonly subset: string;
  /** Of the host. */
  readonly place: FieldPath;
}

function destinationAt(value: unknown, place: FieldPath): Destination {
  return { value, host: text(value, 'host'), subset: text(value, 'subset'), place: [...place, 'host'] };
}

function routesOf(virtualService: AnalysisObject): readonly Destination[] {
  return ['tcp', 'tls', 'http'].flatMap((protocol) =>
    list(virtualService.object, 'spec', protocol).flatMap((rule, at) =>
      list(rule, 'route').map((route, index) =>
        destinationAt(get(route, 'destination'), ['spec', protocol, at, 'route', index, 'destination']),
      ),
    ),
  );
}

function mirrorsOf(virtualService: AnalysisObject): readonly Destination[] {
  return list(virtualService.object, 'spec', 'http').flatMap((rule, at) => {
    const mirror = get(rule, 'mirror');
    const place = ['spec', 'http', at];
    return [
      ...(mirror === undefined ? [] : [destinationAt(mirror, [...place, 'mirror'])]),
      ...list(rule, 'mirrors').map((item, index) =>
        destinationAt(get(item, 'destination'), [...place, 'mirrors', index, 'destination']),
      ),
    ];
  });
}

// --- Hosts and ports

const destinationHosts: Analyzer = {
  name: 'virtualservice.DestinationHostAnalyzer',
  analyze: (context) => {
    const hosts = new KnownHosts(context);
    const all = context.of('VirtualService');
    const ownSubsets = all.flatMap(subsetsOfOwnHosts);
    for (const virtualService of all) {
      for (const route of routesOf(virtualService))
        checkDestination(context, hosts, virtualService, route, 'host-not-found');
      for (const mirror of mirrorsOf(virtualService))
        checkDestination(context, hosts, virtualService, mirror, 'mirror-host-not-found');
      checkSubsetsAtGateways(context, virtualService, ownSubsets);
    }
  },
};

function checkDestination(
  context: AnalysisContext,
  hosts: KnownHosts,
  virtualService: AnalysisObject,
  { value, host, place }: Destination,
  missing: 'host-not-found' | 'mirror-host-not-found',
): void {
  const exportTo = texts(virtualService.object, 'spec', 'exportTo');
  const service = hosts.find(virtualService.metadata.namespace, exportTo, host);
  if (service === undefined) {
    context.report(missing, virtualService, { host }, place);
    return;
  }
  const port = get(value, 'port');
  if (port === undefined) {
    if (service.ports.length > 1)
      context.report('port-needed', virtualService, { host, ports: portsText(service.ports) }, place);
    return;
  }
  const wanted = number(port, 'number') ?? 0;
  if (!service.ports.includes(wanted))
    context.report('host-port-not-found', virtualService, { host, port: wanted }, place);
}

/** Hosts that a VirtualService is for and whose subsets it routes to: once a subset. */
function subsetsOfOwnHosts(virtualService: AnalysisObject): readonly { of: AnalysisObject; host: string }[] {
  const hosts = texts(virtualService.object, 'spec', 'hosts');
  return list(virtualService.object, 'spec', 'http')
    .flatMap((rule) => list(rule, 'route'))
    .map((route) => get(route, 'destination'))
    .filter((destination) => text(destination, 'subset') !== '' && hosts.includes(text(destination, 'host')))
    .map((destination) => ({ of: virtualService, host: text(destination, 'host') }));
}

/** At a gateway the rules of the VirtualService that is bound there apply; those of the host's own are for the mesh. */
function checkSubsetsAtGateways(
  context: AnalysisContext,
  virtualService: AnalysisObject,
  ownSubsets: readonly { of: AnalysisObject; host: string }[],
): void {
  if (list(virtualService.object, 'spec', 'gateways').length === 0) return;
  for (const [at, rule] of list(virtualService.object, 'spec', 'http').entries()) {
    for (const [index, route] of list(rule, 'route').entries()) {
      const destination = get(route, 'destination');
      if (text(destination, 'subset') !== '') continue;
      for (const { of } of ownSubsets.filter(({ host }) => host === text(destination, 'host'))) {
        const params = { virtualService: fullName(of), gateway: fullName(virtualService) };
        const place = ['spec', 'http', at, 'route', index, 'destination'];
        context.report('subset-without-effect', virtualService, params, place);
      }
    }
  }
}

// --- Subsets

const destinationRules: Analyzer = {
  name: 'virtualservice.DestinationRuleAnalyzer',
  analyze: (context) => {
    const keyOf = (namespace: string, host: string, subset: string): string => {
      const service = serviceNamed(namespace, host);
      return `${service.namespace}/${service.name}/${subset}`;
    };
    const known = new Set(
      context
        .of('DestinationRule')
        .flatMap(({ metadata, object }) =>
          list(object, 'spec', 'subsets').map((subset) =>
            keyOf(metadata.namespace, text(object, 'spec', 'host'), text(subset, 'name')),
          ),
        ),
    );
    for (const virtualService of context.of('VirtualService')) {
      const isMissing = ({ host, subset }: Destination): boolean =>
        subset !== '' && !known.has(keyOf(virtualService.metadata.namespace, host, subset));
      for (const { host, subset, place } of routesOf(virtualService).filter(isMissing))
        context.report('subset-not-found', virtualService, { host, subset }, place);
      for (const { host, subset, place } of mirrorsOf(virtualService).filter(isMissing))
        context.report('mirror-subset-not-found', virtualService, { host, subset }, place);
    }
  },
};

// --- Gateways

const gateways: Analyzer = {
  name: 'virtualservice.GatewayAnalyzer',
  analyze: (context) => {
    for (const virtualService of context.of('VirtualService')) {
      for (const [at, name] of texts(virtualService.object, 'spec', 'gateways').entries())
        if (name !== meshGateway) checkGateway(context, virtualService, name, ['spec', 'gateways', at]);
    }
  },
};

function checkGateway(context: AnalysisContext, virtualService: AnalysisObject, name: string, place: FieldPath): void {
  // istiod makes such Gateways of those of the Gateway API; they are nobody's to refer to.
  if (name.slice(name.indexOf('/') + 1).includes('~istio-autogenerated-k8s-gateway~')) {
    context.report('gateway-internal', virtualService, { gateway: name }, place);
    return;
  }
  const { namespace } = virtualService.metadata;
  const reference = readName(name, namespace);
  const gateway = context.find('Gateway', reference.namespace, reference.name);
  const kubernetes = context.find('KubernetesGateway', reference.namespace, reference.name);
  if (gateway === undefined && kubernetes === undefined)
    context.report('gateway-not-found', virtualService, { gateway: name }, place);
  const hosts = texts(virtualService.object, 'spec', 'hosts');
  const offered =
    gateway === undefined && kubernetes !== undefined ? hostnamesOf(kubernetes) : hostsOf(gateway, namespace);
  if (!offered.some((offer) => hosts.some((host) => hostsOverlap(offer, host))))
    context.report('host-not-in-gateway', virtualService, { hosts: hosts.join(', '), gateway: name }, place);
}

/** The hosts of a gateway's servers that a VirtualService of `namespace` may use. */
function hostsOf(gateway: AnalysisObject | undefined, namespace: string): readonly string[] {
  const own = gateway?.metadata.namespace ?? '';
  return list(gateway?.object, 'spec', 'servers').flatMap((server) => {
    const hosts = texts(server, 'hosts');
    if (hosts.includes('*/*')) return ['*'];
    return hosts.flatMap((host) => {
      const [scope, name] = host.split('/');
      if (name === undefined) return [host];
      return scope === everywhere || (scope === '.' ? own : scope) === namespace ? [name] : [];
    });
  });
}

/** A listener without a hostname takes every host. */
function hostnamesOf(gateway: AnalysisObject): readonly string[] {
  return list(gateway.object, 'spec', 'listeners').map((listener) => text(listener, 'hostname') || '*');
}

// --- Claims

const claims: Analyzer = {
  name: 'virtualservice.JWTClaimRouteAnalyzer',
  analyze: (context) => {
    const authentications = context.of('RequestAuthentication').map(({ metadata, object }) => ({
      namespace: metadata.namespace,
      selector: textMap(object, 'spec', 'selector', 'matchLabels'),
    }));
    const isAuthenticated = ({ metadata: { namespace, labels } }: AnalysisObject): boolean =>
      authentications.some(
        (policy) =>
          (policy.namespace === istioNamespace || policy.namespace === namespace) && selects(policy.selector, labels),
      );
    for (const virtualService of context.of('VirtualService')) {
      const claim = claimMatched(virtualService);
      if (claim === undefined) continue;
      const { namespace } = virtualService.metadata;
      for (const name of texts(virtualService.object, 'spec', 'gateways').filter((item) => item !== meshGateway)) {
        const reference = readName(name, namespace);
        const gateway = context.find('Gateway', reference.namespace, reference.name);
        if (gateway === undefined) continue; // said elsewhere
        const selector = textMap(gateway.object, 'spec', 'selector');
        const pods = context.of('Pod').filter((pod) => selects(selector, pod.metadata.labels) && !isAuthenticated(pod));
        for (const pod of pods) {
          const params = { key: claim.key, gateway: fullName(gateway), pod: pod.metadata.name };
          context.report('claims-not-read', virtualService, params, claim.place);
        }
      }
    }
  },
};

/** The first header match that is one of a token's claim. Source: istio/istio:pkg/jwt/routing.go. */
function claimMatched(virtualService: AnalysisObject): { readonly key: string; readonly place: FieldPath } | undefined {
  for (const [at, rule] of list(virtualService.object, 'spec', 'http').entries())
    for (const [index, match] of list(rule, 'match').entries())
      for (const field of ['headers', 'withoutHeaders'])
        for (const [key] of entries(match, field))
          if (/^@request\.auth\.claims(?:\..+|\[.+\])$/is.test(key))
            return { key, place: ['spec', 'http', at, 'match', index, field] };
  return undefined;
}

// --- Each other

interface Claimed {
  readonly scope: string;
  readonly host: string;
  readonly by: AnalysisObject[];
}

const meshHosts: Analyzer = {
  name: 'virtualservice.ConflictingMeshGatewayHostsAnalyzer',
  analyze: (context) => {
    const claimed = hostsClaimedInMesh(context);
    const reported = new Set<AnalysisObject>();
    for (const { scope, host, by } of claimed) {
      // Who exports a host to one namespace meets there those who export it to all.
      const fromEverywhere =
        scope === everywhere
          ? []
          : claimed.filter((other) => other.scope === everywhere && hostsOverlap(host, other.host));
      const all = [...by, ...fromEverywhere.flatMap((other) => other.by)];
      if (all.length < 2) continue;
      const virtualServices = joined(all.map(fullName));
      for (const virtualService of all) {
        if (reported.has(virtualService)) continue;
        reported.add(virtualService);
        context.report('hosts-conflict', virtualService, { virtualServices, host });
      }
    }
  },
};

function hostsClaimedInMesh(context: AnalysisContext): readonly Claimed[] {
  const claimed = new Map<string, Claimed>();
  for (const virtualService of context.of('VirtualService')) {
    const { metadata, object } = virtualService;
    const bound = texts(object, 'spec', 'gateways');
    if (bound.length > 0 && !bound.includes(meshGateway)) continue;
    for (const scope of scopesOf(texts(object, 'spec', 'exportTo'), metadata.namespace)) {
      for (const host of texts(object, 'spec', 'hosts').map((name) => fullHost(metadata.namespace, name))) {
        const key = `${scope}/${host}`;
        const known = claimed.get(key);
        if (known === undefined) claimed.set(key, { scope, host, by: [virtualService] });
        else known.by.push(virtualService);
      }
    }
  }
  return [...claimed.values()];
}

export const virtualServiceAnalyzers: readonly Analyzer[] = [
  meshHosts,
  destinationHosts,
  destinationRules,
  gateways,
  claims,
];

// Filter chains for bytes that are not HTTP: TLS told apart by SNI and address, and plain TCP, as VirtualServices route them or straight
// to the service. Source: istio/istio:pilot/pkg/networking/core/{tls.go,networkfilter.go} at 1.31.
import { compareText } from '../../age.ts';
import { destinationCluster } from '../../clusters/index.ts';
import type { TcpProxy } from '../../envoy/index.ts';
import { originOf } from '../../origin.ts';
import type { PushContext, RoutingRule, RuleTarget, SidecarScope } from '../../push/index.ts';
import { isWildcard, overlaps, ruleFor } from '../../push/index.ts';
import type { MeshPort, MeshService } from '../../registry/index.ts';
import { isTls, portPath, unspecifiedAddress } from '../../registry/index.ts';
import type { SourceMatch } from '../../routing/index.ts';
import { microsOf, outboundCluster } from '../../routing/index.ts';
import type { MaybeOrigin } from '../../../trace/index.ts';
import type { ChainOptions } from './chain-options.ts';
import { plainChain } from './chain-options.ts';
import { alternativesOf } from './domains.ts';
import type { OutboundClient } from './outbound-routes.ts';

export interface ChainContext {
  readonly push: PushContext;
  readonly scope: SidecarScope;
  readonly client: OutboundClient;
  readonly service: MeshService;
  /** The port listened on: the service's, or one a Sidecar names. */
  readonly port: Pick<MeshPort, 'port' | 'protocol' | 'index'>;
  readonly bind: string;
  /** Destinations of the service, where it is a block and no address. */
  readonly cidrs: readonly string[];
  readonly rules: readonly RoutingRule[];
}

/** The chains of one service on one port. */
export function bytesChains(context: ChainContext): readonly ChainOptions[] {
  const { hostname } = context.service;
  const rules = routingBytes(context.rules).filter((rule) => rule.hosts.some((host) => overlaps(host, hostname)));
  return isTls(context.port.protocol) ? tlsChains(context, rules) : tcpChains(context, rules);
}

const ofBytes = new WeakMap<readonly RoutingRule[], readonly RoutingRule[]>();

/** Most rules are for HTTP only. */
export function routingBytes(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  let some = ofBytes.get(rules);
  if (some === undefined) ofBytes.set(rules, (some = rules.filter(({ tls, tcp }) => tls.length + tcp.length > 0)));
  return some;
}

function tlsChains(context: ChainContext, rules: readonly RoutingRule[]): readonly ChainOptions[] {
  const { port } = context;
  let { cidrs } = context;
  const handled = new Set<string>();
  const chains: ChainOptions[] = [];
  for (const rule of rules.flatMap(({ tls }) => tls)) {
    const terminal = routedProxy(context, rule.route);
    if (terminal === undefined) continue;
    for (const match of rule.matches) {
      if (!isForClient(match, context)) continue;
      const { destinationSubnets = [], sniHosts } = match;
      if (destinationSubnets.length > 0 && port.port > 0) cidrs = destinationSubnets;
      // Of two matches a proxy cannot tell apart the first counts.
      const key = `${sniHosts.join()}|${destinationSubnets.join()}`;
      if (!handled.has(key)) chains.push({ ...plainChain, sniHosts, cidrs, terminal, origin: rule.origin });
      handled.add(key);
    }
  }
  if (chains.length > 0) return chains;
  return [
    {
      ...plainChain,
      sniHosts: needsNames(context) ? namesOf(context) : [],
      cidrs,
      resolvesSni: isDynamic(context.service),
      terminal: ownProxy(context),
      origin: ownOrigin(context),
    },
  ];
}

/** Where the destination's address does not tell services apart, the name in the ClientHello has to. */
function needsNames({ service, bind, cidrs }: ChainContext): boolean {
  const isUnspecified = service.address === unspecifiedAddress && bind === unspecifiedAddress;
  return cidrs.length > 0 || isUnspecified || isDynamic(service);
}

function isDynamic(service: MeshService): boolean {
  return service.resolution === 'DynamicDNS' && isWildcard(service.hostname);
}

function namesOf({ service, client, push }: ChainContext): readonly string[] {
  const { domain } = push.registry.mesh;
  return [
    service.hostname,
    ...service.aliases.flatMap(({ hostname }) => [hostname, ...alternativesOf(hostname, client.namespace, domain)]),
  ];
}

function tcpChains(context: ChainContext, rules: readonly RoutingRule[]): readonly ChainOptions[] {
  const { cidrs, port } = context;
  const chains: ChainOptions[] = [];
  for (const rule of rules.flatMap(({ tcp }) => tcp)) {
    const terminal = routedProxy(context, rule.route);
    if (terminal === undefined) continue;
    const matching = rule.matches.filter((match) => isForClient(match, context));
    const isForAll = ({ destinationSubnets = [] }: (typeof matching)[number]): boolean =>
      destinationSubnets.length === 0 || port.port === 0;
    if (rule.matches.length === 0 || matching.some(isForAll))
      return [...chains, { ...plainChain, cidrs, terminal, origin: rule.origin }];
    const subnets = matching.flatMap(({ destinationSubnets = [] }) => destinationSubnets);
    if (subnets.length === 0) continue;
    chains.push({ ...plainChain, cidrs: subnets, terminal, origin: rule.origin });
    if ([...subnets].sort(compareText).join() === [...cidrs].sort(compareText).join()) return chains;
  }
  return [...chains, { ...plainChain, cidrs, terminal: ownProxy(context), origin: ownOrigin(context) }];
}

/** Unlike in HTTP rules, labels and namespace count beside gateways. */
function isForClient(match: SourceMatch, { client, port }: ChainContext): boolean {
  const { gateways = [], sourceLabels = {}, sourceNamespace = '' } = match;
  return (
    (gateways.length === 0 || gateways.includes('mesh')) &&
    Object.entries(sourceLabels).every(([key, value]) => client.labels[key] === value) &&
    ((match.port ?? 0) === 0 || match.port === port.port) &&
    (sourceNamespace === '' || sourceNamespace === client.namespace)
  );
}

/** Undefined: nothing to send to. The weight of a single destination is ignored. */
function routedProxy(context: ChainContext, route: readonly RuleTarget[]): TcpProxy | undefined {
  const { scope, port } = context;
  const clusters = route
    .filter(({ weight }) => route.length === 1 || weight > 0)
    .map(({ destination, weight, origin }) => ({
      cluster: destinationCluster(destination, scope.byHostname.get(destination.host), port.port),
      weight: route.length === 1 ? 1 : weight,
      origin,
    }));
  const first = route[0]?.destination.host ?? '';
  const service = scope.byHostname.get(first);
  return clusters.length === 0 ? undefined : { kind: 'tcp', clusters, idleTimeout: idleTimeoutOf(context, service) };
}

function ownProxy(context: ChainContext): TcpProxy {
  const { service, port } = context;
  const only = service.ports.length === 1 ? service.ports[0]?.port : undefined;
  const cluster = outboundCluster(only ?? port.port, service.hostname);
  return {
    kind: 'tcp',
    clusters: [{ cluster, weight: 1, origin: ownOrigin(context) }],
    idleTimeout: idleTimeoutOf(context, service),
  };
}

function ownOrigin({ service, port }: ChainContext): MaybeOrigin {
  const own = service.ports.find((candidate) => candidate.port === port.port);
  return originOf(service.object, own === undefined ? [] : portPath(own));
}

/** By the DestinationRule as a whole, whatever it says of single ports; 0: the default. */
function idleTimeoutOf({ push, client }: ChainContext, service: MeshService | undefined): number {
  if (service === undefined) return 0;
  const set = ruleFor(push.destinationRules.find(service, client.namespace), client);
  return microsOf(set?.policy?.policy.connectionPool?.tcp?.idleTimeout ?? '') ?? 0;
}

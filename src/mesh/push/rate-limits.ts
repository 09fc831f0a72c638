// Local rate limits that EnvoyFilters write, put into a proxy's configuration where istiod would put them.
// Source: istio/istio:pilot/pkg/networking/core/envoyfilter/{listener_patch,rc_patch}.go at 1.31.
import type { ChainMatch, PatchContext, RouteMatch } from '../../manifests/index.ts';
import type {
  ConfigurationPart,
  FilterChain,
  HttpConnectionManager,
  Listener,
  ProxyConfiguration,
  RateLimitFilter,
} from '../envoy/index.ts';
import { virtualInboundListener, virtualOutboundListener } from '../envoy/index.ts';
import type { Route, RouteConfiguration, RouteRateLimit, VirtualHost } from '../routing/index.ts';
import type { Patches, WrittenRateLimit } from './patches.ts';

type ProxyContext = Exclude<PatchContext, 'ANY'>;

/** `context`: of what a proxy sends, for its route configurations; those within a chain have the chain's. */
export function withPatches(
  configuration: ProxyConfiguration,
  { told, rateLimits }: Patches,
  context: ProxyContext,
): ProxyConfiguration {
  const limited =
    rateLimits.length === 0
      ? configuration
      : { parts: configuration.parts.map((part) => limitPart(part, rateLimits, context)) };
  return told.length === 0 ? limited : { ...limited, patches: told };
}

function limitPart(
  part: ConfigurationPart,
  patches: readonly WrittenRateLimit[],
  context: ProxyContext,
): ConfigurationPart {
  return {
    ...part,
    listeners: part.listeners.map((listener) => limitListener(listener, patches)),
    routes: part.routes.map((routes) => limitRoutes(routes, patches, context)),
  };
}

// --- filters of chains

function limitListener(listener: Listener, patches: readonly WrittenRateLimit[]): Listener {
  const { filterChains, defaultFilterChain } = listener;
  return {
    ...listener,
    filterChains: filterChains.map((chain) => limitChain(listener, chain, patches)),
    defaultFilterChain: defaultFilterChain && limitChain(listener, defaultFilterChain, patches),
  };
}

function limitChain(listener: Listener, chain: FilterChain, patches: readonly WrittenRateLimit[]): FilterChain {
  const { terminal } = chain;
  const context = terminal.kind === 'http' ? contexts[terminal.role] : undefined;
  if (terminal.kind !== 'http' || context === undefined) return chain;
  const rateLimits = patches.reduce<readonly RateLimitFilter[]>((filters, { patch, origin }) => {
    if (patch.kind !== 'filter' || !isIn(context, patch.context) || !isChain(patch.match, listener, chain))
      return filters;
    const { name, place, limit } = patch;
    const filter: RateLimitFilter = { name, place, limit, origin };
    // What is put first later stands before what was put first earlier.
    return place === 'first' ? [filter, ...filters] : [...filters, filter];
  }, []);
  const { routes } = terminal;
  const limited: HttpConnectionManager = {
    ...terminal,
    rateLimits,
    routes:
      routes.kind === 'inline' ? { kind: 'inline', routes: limitRoutes(routes.routes, patches, context) } : routes,
  };
  return { ...chain, terminal: limited };
}

/** istiod does not patch what waypoints do for services yet. */
const contexts: Readonly<Record<HttpConnectionManager['role'], ProxyContext | undefined>> = {
  inbound: 'SIDECAR_INBOUND',
  outbound: 'SIDECAR_OUTBOUND',
  gateway: 'GATEWAY',
  waypoint: undefined,
};

function isIn(context: ProxyContext, wanted: PatchContext): boolean {
  return wanted === 'ANY' || wanted === context;
}

/** The port of a virtual listener's chain is the one it was sent to. */
function isChain(wanted: ChainMatch, { name, bind }: Listener, { match }: FilterChain): boolean {
  const isVirtual = name === virtualInboundListener || name === virtualOutboundListener;
  const own = isVirtual ? match.destinationPort : 'port' in bind ? bind.port : undefined;
  return (
    (wanted.listener === '' || wanted.listener === name) &&
    (wanted.port === 0 || wanted.port === own) &&
    (wanted.destinationPort === 0 || wanted.destinationPort === match.destinationPort) &&
    (wanted.sni === '' || match.serverNames?.includes(wanted.sni) === true) &&
    (wanted.transportProtocol === '' || wanted.transportProtocol === match.transportProtocol) &&
    wanted.applicationProtocols.every((protocol) => match.applicationProtocols?.includes(protocol) === true)
  );
}

// --- limits of routes

function limitRoutes(
  configuration: RouteConfiguration,
  patches: readonly WrittenRateLimit[],
  context: ProxyContext,
): RouteConfiguration {
  const own = patches.flatMap(({ patch, origin }): readonly RoutePatch[] =>
    patch.kind === 'route' && isIn(context, patch.context) && isConfiguration(patch.match, configuration)
      ? [{ ...patch, origin }]
      : [],
  );
  if (own.length === 0) return configuration;
  return { ...configuration, virtualHosts: configuration.virtualHosts.map((host) => limitHost(host, own)) };
}

interface RoutePatch extends RouteRateLimit {
  readonly match: RouteMatch;
  readonly isForHost: boolean;
}

function isConfiguration({ name, port }: RouteMatch, configuration: RouteConfiguration): boolean {
  const [first, second] = configuration.name.split('|');
  return (
    (name === '' || name === configuration.name) &&
    (port === 0 || port === Number(first === 'inbound' ? second : first))
  );
}

function limitHost(host: VirtualHost, patches: readonly RoutePatch[]): VirtualHost {
  const own = patches.filter(
    ({ match }) =>
      (match.host === '' || match.host === host.name) && (match.domain === '' || host.domains.includes(match.domain)),
  );
  if (own.length === 0) return host;
  const limits = limitsOf(own.filter(({ isForHost }) => isForHost));
  const routes = host.routes.map((route): Route => {
    const rateLimits = limitsOf(own.filter(({ match, isForHost }) => !isForHost && isRoute(match, route)));
    return rateLimits.length === 0 ? route : { ...route, rateLimits };
  });
  return { ...host, routes, ...(limits.length === 0 ? {} : { rateLimits: limits }) };
}

const actionNames = { forward: 'ROUTE', redirect: 'REDIRECT', direct: 'DIRECT_RESPONSE' } as const;

function isRoute({ route: name, action: wanted }: RouteMatch, { name: own, action }: Route): boolean {
  return (name === '' || name === own) && (wanted === 'ANY' || wanted === actionNames[action.kind]);
}

/** What is merged in later stands. */
function limitsOf(patches: readonly RoutePatch[]): readonly RouteRateLimit[] {
  const byName = new Map(patches.map(({ name, limit, origin }) => [name, { name, limit, origin }]));
  return [...byName.values()];
}

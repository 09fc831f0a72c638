// Route configurations in the form of Envoy's API, as far as they are simulated.
// Source: envoyproxy/envoy:api/envoy/config/route/v3/route_components.proto at 1.37; names as Istio writes them.
import type { JsonObject, JsonValue } from '../../../../manifests/index.ts';
import type {
  CorsPolicy,
  Fault,
  HeaderChanges,
  HeaderMatch,
  RetryPolicy,
  Route,
  RouteAction,
  RouteConfiguration,
  RouteMatch,
  ValueMatch,
  VirtualHost,
} from '../../../routing/index.ts';
import { routeRateLimitsJson } from './rate-limit.ts';
import { durationText, given } from './values.ts';

/** `only`: one virtual host, and of it one route. */
export function routesJson(
  { name, virtualHosts }: RouteConfiguration,
  only?: { readonly host: VirtualHost; readonly route: Route | undefined },
): JsonObject {
  const hosts = only === undefined ? virtualHosts : [only.host];
  return {
    name,
    virtualHosts: hosts.map((host) => ({
      name: host.name,
      domains: [...host.domains],
      ...given('routes', only?.route === undefined ? host.routes.map(routeJson) : [routeJson(only.route)]),
      ...(host.requiresTls ? { requireTls: 'ALL' } : {}),
      ...(host.rateLimits === undefined ? {} : { typedPerFilterConfig: routeRateLimitsJson(host.rateLimits) }),
    })),
    validateClusters: false,
  };
}

/** What names of HTTP filters begin with. */
const filter = 'envoy.filters.http.';

function routeJson({
  name,
  match,
  action,
  requestHeaders,
  responseHeaders,
  cors,
  fault,
  rateLimits,
}: Route): JsonObject {
  const filters = {
    ...(cors === undefined ? {} : { [`${filter}cors`]: corsJson(cors) }),
    ...(fault === undefined ? {} : { [`${filter}fault`]: faultJson(fault) }),
    ...routeRateLimitsJson(rateLimits),
  };
  return {
    ...(name === '' ? {} : { name }),
    match: matchJson(match),
    ...actionJson(action),
    ...headersJson('request', requestHeaders),
    ...headersJson('response', responseHeaders),
    ...(Object.keys(filters).length === 0 ? {} : { typedPerFilterConfig: filters }),
  };
}

function matchJson({ path, headers, query, claims }: RouteMatch): JsonObject {
  const kinds = { prefix: 'prefix', segments: 'pathSeparatedPrefix', exact: 'path', regex: 'safeRegex' } as const;
  const value = path.kind === 'regex' ? { regex: path.value } : path.value;
  return {
    [kinds[path.kind]]: value,
    ...(path.kind === 'regex' ? {} : { caseSensitive: !path.ignoreCase }),
    ...given('headers', headers.map(headerJson)),
    ...given(
      'queryParameters',
      query.map(({ name, value: wanted }) => ({ name, ...valueJson(wanted) })),
    ),
    ...given(
      'dynamicMetadata',
      claims.map(({ path: keys, value: wanted, invert }) => ({
        filter: 'envoy.filters.http.jwt_authn',
        path: ['payload', ...keys].map((key) => ({ key })),
        value: valueJson(wanted),
        ...(invert ? { invert } : {}),
      })),
    ),
  };
}

function headerJson({ name, value, invert, missingIsEmpty }: HeaderMatch): JsonObject {
  return {
    name,
    ...valueJson(value),
    ...(invert ? { invertMatch: true } : {}),
    ...(missingIsEmpty ? { treatMissingHeaderAsEmpty: true } : {}),
  };
}

function valueJson(match: ValueMatch): JsonObject {
  if (match.kind === 'present') return { presentMatch: true };
  return {
    stringMatch: match.kind === 'regex' ? { safeRegex: { regex: match.value } } : { [match.kind]: match.value },
  };
}

function actionJson(action: RouteAction): JsonObject {
  switch (action.kind) {
    case 'forward':
      return { route: forwardJson(action) };
    case 'redirect': {
      const { status, scheme, authority, port, path } = action;
      return {
        redirect: {
          ...(authority === '' ? {} : { hostRedirect: authority }),
          ...(scheme === '' ? {} : { schemeRedirect: scheme }),
          ...(port === 0 ? {} : { portRedirect: port }),
          ...rewriteJson(path, { full: 'pathRedirect', prefix: 'prefixRewrite' }),
          responseCode: redirectCodes[status] ?? 'MOVED_PERMANENTLY',
        },
      };
    }
    case 'direct':
      return {
        directResponse: {
          status: action.status,
          ...(action.body === '' ? {} : { body: { inlineString: action.body } }),
        },
      };
  }
}

const redirectCodes: Readonly<Record<number, string>> = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
};

function forwardJson(action: Extract<RouteAction, { kind: 'forward' }>): JsonObject {
  const { clusters, timeout, retry, rewrite, mirrors, hash, missingCluster } = action;
  const [first, ...others] = clusters;
  const weighted = {
    weightedClusters: {
      clusters: clusters.map(({ cluster, weight, requestHeaders, responseHeaders, authority }) => ({
        name: cluster,
        weight,
        ...headersJson('request', requestHeaders),
        ...headersJson('response', responseHeaders),
        ...(authority === '' ? {} : { hostRewriteLiteral: authority }),
      })),
    },
  };
  return {
    ...(first !== undefined && others.length === 0 ? { cluster: first.cluster } : weighted),
    timeout: durationText(timeout),
    ...(retry.attempts === 0 ? {} : { retryPolicy: retryJson(retry) }),
    ...(rewrite.authority === '' ? {} : { hostRewriteLiteral: rewrite.authority }),
    ...rewriteJson(rewrite.path, { full: 'pathRewrite', prefix: 'prefixRewrite' }),
    ...given(
      'requestMirrorPolicies',
      mirrors.map(({ cluster, share }) => ({
        cluster,
        runtimeFraction: { defaultValue: { numerator: share, denominator: 'MILLION' } },
      })),
    ),
    ...given('hashPolicy', hash.map(hashJson)),
    ...(missingCluster === 500 ? { clusterNotFoundResponseCode: 'INTERNAL_SERVER_ERROR' } : {}),
    maxGrpcTimeout: durationText(timeout),
  };
}

function hashJson(key: Extract<RouteAction, { kind: 'forward' }>['hash'][number]): JsonObject {
  switch (key.kind) {
    case 'header':
      return { header: { headerName: key.name } };
    case 'query':
      return { queryParameter: { name: key.name } };
    case 'cookie': {
      const { name, path, ttl } = key;
      return {
        cookie: { name, ...(path === '' ? {} : { path }), ...(ttl === undefined ? {} : { ttl: durationText(ttl) }) },
      };
    }
    case 'source-ip':
      return { connectionProperties: { sourceIp: true } };
  }
}

function rewriteJson(
  path: Extract<RouteAction, { kind: 'forward' }>['rewrite']['path'],
  names: Readonly<Record<'full' | 'prefix', string>>,
): JsonObject {
  switch (path.kind) {
    case 'none':
      return {};
    case 'regex':
      return { regexRewrite: { pattern: { regex: path.pattern }, substitution: path.substitution } };
    case 'full':
    case 'prefix':
      return { [names[path.kind]]: path.value };
  }
}

function retryJson(retry: RetryPolicy): JsonObject {
  const { attempts, on, statuses, perTryTimeout, backoff, avoidsPreviousHosts, avoidsPreviousPriorities } = retry;
  return {
    retryOn: on.join(','),
    numRetries: attempts,
    ...(perTryTimeout === 0 ? {} : { perTryTimeout: durationText(perTryTimeout) }),
    ...(avoidsPreviousPriorities ? { retryPriority: { name: 'envoy.retry_priorities.previous_priorities' } } : {}),
    ...(avoidsPreviousHosts
      ? {
          retryHostPredicate: [{ name: 'envoy.retry_host_predicates.previous_hosts' }],
          hostSelectionRetryMaxAttempts: '5',
        }
      : {}),
    ...given('retriableStatusCodes', statuses),
    ...(backoff === 25_000 ? {} : { retryBackOff: { baseInterval: durationText(backoff) } }),
  };
}

function headersJson(side: 'request' | 'response', { set, add, remove }: HeaderChanges): JsonObject {
  const option = ([key, value]: readonly [string, string], appendAction: string): JsonValue => ({
    header: { key, value },
    appendAction,
  });
  return {
    ...given(`${side}HeadersToAdd`, [
      ...set.map((pair) => option(pair, 'OVERWRITE_IF_EXISTS_OR_ADD')),
      ...add.map((pair) => option(pair, 'APPEND_IF_EXISTS_OR_ADD')),
    ]),
    ...given(`${side}HeadersToRemove`, remove),
  };
}

function corsJson(cors: CorsPolicy): JsonObject {
  const text = (name: string, value: string): JsonObject => (value === '' ? {} : { [name]: value });
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
    allowOriginStringMatch: cors.allowOrigins.map((match) => valueJson(match)['stringMatch'] ?? {}),
    ...text('allowMethods', cors.allowMethods),
    ...text('allowHeaders', cors.allowHeaders),
    ...text('exposeHeaders', cors.exposeHeaders),
    ...text('maxAge', cors.maxAge),
    allowCredentials: cors.allowCredentials,
    forwardNotMatchingPreflights: cors.forwardsUnmatchedPreflights,
  };
}

function faultJson({ delay, abort }: Fault): JsonObject {
  const percentage = (numerator: number): JsonObject => ({ numerator, denominator: 'MILLION' });
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
    ...(delay === undefined
      ? {}
      : { delay: { fixedDelay: durationText(delay.micros), percentage: percentage(delay.share) } }),
    ...(abort === undefined
      ? {}
      : {
          abort: {
            [abort.kind === 'http' ? 'httpStatus' : 'grpcStatus']: abort.status,
            percentage: percentage(abort.share),
          },
        }),
  };
}

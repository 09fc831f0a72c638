// Where a backendRef leads: the host and port istiod routes to, or why there is none. Also whether the rules of a route can be carried
// out at all. Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go buildDestination, convert*Route at 1.31.
import type {
  BackendObjectReference,
  BackendRef,
  CommonRouteFilter,
  HTTPHeaderModifier,
  HTTPRouteFilter,
} from '../../manifests/index.ts';
import { GATEWAY_API_X_GROUP } from '../../manifests/index.ts';
import { joined, type Problem } from './conditions.ts';
import { isGranted, type Referrer } from './references.ts';
import type { RouteResource } from './route-resource.ts';
import type { GatewayApiView } from './view.ts';

/**
 * - `found`: a Service port, or a host of a ServiceEntry.
 * - `invalid`: requests that fall to it are answered 500; the route's other backends stay.
 * - `unusable`: no rule of the whole route takes effect.
 */
export type Backend =
  | { readonly kind: 'found'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'invalid' | 'unusable';
      readonly problem: Problem;
      /** A host that is named but not there: routes lead to it all the same, and find no cluster. */
      readonly missing?: { readonly host: string; readonly port: number };
    };

/** `needsGrant`: routes of a Service (mesh) are trusted without. The port need not exist on the Service. */
export function resolveBackend(
  view: GatewayApiView,
  from: Referrer,
  to: BackendObjectReference,
  needsGrant: boolean,
): Backend {
  const { group, kind, name } = to;
  const namespace = to.namespace ?? from.namespace;
  if (needsGrant && namespace !== from.namespace && !isGranted(view, from, { group, kind, namespace, name })) {
    const message = `backendRef ${name}/${namespace} not accessible to a ${from.kind} in namespace "${from.namespace}" (missing a ReferenceGrant?)`;
    return invalid('RefNotPermitted', message);
  }
  switch (`${group}/${kind}`) {
    case '/Service':
      if (name.includes('.'))
        return unusable('service name invalid; the name of the Service must be used, not the hostname.');
      return service(view, namespace, to);
    // Without ENABLE_MCS_HOST the Service of that name, which is of every cluster already.
    case 'multicluster.x-k8s.io/ServiceImport':
      return service(view, namespace, to);
    case 'networking.istio.io/Hostname':
      if (to.namespace !== undefined) return unusable('namespace may not be set with Hostname type');
      return at(to, name, view.hasHost(name, namespace));
    case `${GATEWAY_API_X_GROUP}/XBackend`:
      return externalBackend(view, namespace, to);
    case 'inference.networking.k8s.io/InferencePool':
      return inferencePool(view, namespace, name);
    default:
      return invalid('InvalidKind', `referencing unsupported backendRef: group "${group}" kind "${kind}"`);
  }
}

function service(view: GatewayApiView, namespace: string, to: BackendObjectReference): Backend {
  const host = `${to.name}.${namespace}.svc.${view.settings.domain}`;
  return at(to, host, view.find('Service', namespace, to.name) !== undefined);
}

function at({ port }: BackendObjectReference, host: string, exists: boolean): Backend {
  if (port === undefined) return unusable('port is required in backendRef');
  return exists
    ? { kind: 'found', host, port }
    : { ...invalid('BackendNotFound', `backend(${host}) not found`), missing: { host, port } };
}

function externalBackend(view: GatewayApiView, namespace: string, { name, port }: BackendObjectReference): Backend {
  if (!view.settings.alphaApis) {
    const message =
      'The Alpha Gateway API is not enabled, XBackend is invalid. To enable, set PILOT_ENABLE_ALPHA_GATEWAY_API to true in istiod.';
    return invalid('InvalidKind', message);
  }
  const backend = view.find('XBackend', namespace, name)?.resource.spec;
  if (backend === undefined) return invalid('BackendNotFound', `backend(${name}) not found`);
  const host = backend.externalHostname?.hostname;
  if (host === undefined)
    return invalid('InvalidKind', `backend(${name}) type: expected ExternalHostname, got ${backend.type}`);
  const own = backend.port.port;
  return port === undefined || port === own
    ? { kind: 'found', host, port: own }
    : invalid('BackendNotFound', `backend(${name}) does not expose port ${port}, expected ${own}`);
}

/** Simplified: the endpoint picker of a pool that exists is taken to be there. */
function inferencePool(view: GatewayApiView, namespace: string, name: string): Backend {
  if (!view.settings.inferencePools) {
    const message =
      'InferencePool is not enabled. To enable, set ENABLE_GATEWAY_API_INFERENCE_EXTENSION to true in istiod';
    return invalid('InvalidKind', message);
  }
  return view.hasInferencePool(namespace, name)
    ? { kind: 'found', host: `${name}.${namespace}.svc.${view.settings.domain}`, port: 54_321 }
    : invalid('BackendNotFound', `backend(${name}) not found`);
}

function invalid(reason: string, message: string): Extract<Backend, { problem: Problem }> {
  return { kind: 'invalid', problem: { reason, message } };
}

function unusable(message: string): Backend {
  return { kind: 'unusable', problem: { reason: 'InvalidDestination', message } };
}

// ---- Rules

export interface RulesReading {
  /** The last problem there is with a rule. */
  readonly problem: Problem | undefined;
  /** No rule takes effect. */
  readonly isUnusable: boolean;
}

/** What is wrong with the rules of a route; `isMesh`: as they stand for a Service, else as they stand for a Gateway. */
export function readRules(view: GatewayApiView, route: RouteResource, isMesh: boolean): RulesReading {
  const from: Referrer = { kind: route.kind, namespace: route.metadata.namespace };
  const resolve = (to: BackendObjectReference): Backend => resolveBackend(view, from, to, !isMesh);
  let last: Problem | undefined;
  for (const rule of rulesOf(route)) {
    const { problem, isUnusable } = readRule(rule, route.kind, resolve);
    if (isUnusable) return { problem, isUnusable };
    last = problem ?? last;
  }
  return { problem: last, isUnusable: false };
}

/** What rules of every kind of route have in common. */
interface AnyRule {
  readonly filters?: readonly HTTPRouteFilter[];
  readonly backendRefs?: readonly (BackendRef & { readonly filters?: readonly HTTPRouteFilter[] })[];
}

function rulesOf({ spec }: RouteResource): readonly AnyRule[] {
  return spec.rules ?? [];
}

const ofEveryRoute = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror'];
const ofHttpRoutes = [...ofEveryRoute, 'RequestRedirect', 'URLRewrite', 'CORS'];

function readRule(
  { filters = [], backendRefs = [] }: AnyRule,
  kind: RouteResource['kind'],
  resolve: (to: BackendObjectReference) => Backend,
): RulesReading {
  let mirrorProblem: Problem | undefined;
  for (const filter of filters) {
    const hard = filterProblem(filter, kind === 'HTTPRoute' ? ofHttpRoutes : ofEveryRoute);
    if (hard !== undefined) return { problem: hard, isUnusable: true };
    if (filter.type !== 'RequestMirror') continue;
    const mirror = resolve(filter.requestMirror.backendRef);
    if (mirror.kind === 'found') continue;
    // Of a GRPCRoute a bad mirror spoils everything, of an HTTPRoute only the mirror.
    if (kind === 'GRPCRoute') return { problem: mirror.problem, isUnusable: true };
    mirrorProblem = mirror.problem;
  }
  let backendProblem: Problem | undefined;
  for (const { filters: ownFilters = [], ...ref } of backendRefs.filter(({ weight }) => weight > 0)) {
    const backend = resolve(ref);
    if (backend.kind === 'unusable') return { problem: backend.problem, isUnusable: true };
    if (backend.kind === 'invalid') backendProblem = backend.problem;
    for (const filter of ownFilters) {
      const hard = filterProblem(filter, ofEveryRoute.slice(0, 2));
      if (hard !== undefined) return { problem: hard, isUnusable: true };
    }
  }
  return { problem: joined(backendProblem, mirrorProblem), isUnusable: false };
}

function filterProblem(filter: CommonRouteFilter | HTTPRouteFilter, supported: readonly string[]): Problem | undefined {
  if (!supported.includes(filter.type))
    return { reason: 'InvalidFilter', message: `unsupported filter type "${filter.type}"` };
  if (filter.type === 'RequestHeaderModifier') return headerProblem(filter.requestHeaderModifier);
  return filter.type === 'ResponseHeaderModifier' ? headerProblem(filter.responseHeaderModifier) : undefined;
}

function headerProblem({ set = [], add = [] }: HTTPHeaderModifier): Problem | undefined {
  const bad = [...set, ...add].find(({ value }) => !/^[\t\x20-\x7e\x80-\u{10ffff}]*$/u.test(value));
  return bad && { reason: 'InvalidFilter', message: `header "${bad.name}" value contains invalid characters` };
}

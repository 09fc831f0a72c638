// Gateways and their ListenerSets: which istiod takes care of, which Services stand for them, and their listeners merged.
// Source: istio/istio:pilot/pkg/config/kube/gateway/gateway_collection.go and conversion.go extractGatewayServices at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { GatewayResource, ListenerSetResource } from '../../manifests/index.ts';
import { GATEWAY_API_GROUP, selectorMatches } from '../../manifests/index.ts';
import { classOf, type GatewayClassInfo, takesListenerSets } from './classes.ts';
import type { Problem } from './conditions.ts';
import { conflictsOf, type ListenerConflicts, type ListenerState, readListener } from './listeners.ts';
import type { GatewayApiView } from './view.ts';

export interface GatewayState {
  readonly object: StoredObject<GatewayResource>;
  readonly classInfo: GatewayClassInfo;
  /** Hostnames of the Services in front of its proxies. */
  readonly services: readonly string[];
  /** What is wrong with the Gateway as a whole. */
  readonly problem: Problem | undefined;
  /** Undefined when its listeners were not looked at: it is remote, or none of its addresses can be used. */
  readonly listeners: readonly ListenerState[] | undefined;
  readonly listenerSets: readonly ListenerSetState[];
}

export interface ListenerSetState {
  readonly object: StoredObject<ListenerSetResource>;
  readonly gateway: StoredObject<GatewayResource>;
  readonly services: readonly string[];
  /** Why the Gateway does not let it attach. */
  readonly refusal: string | undefined;
  readonly gatewayProblem: Problem | undefined;
  /** Undefined when its listeners were not looked at. */
  readonly listeners: readonly ListenerState[] | undefined;
}

/** Every Gateway of istiod's classes. */
export function readGateways(view: GatewayApiView): readonly GatewayState[] {
  return view.all('Gateway').flatMap((object) => {
    const classInfo = classOf(view, object.resource.spec.gatewayClassName);
    return classInfo === undefined ? [] : [readGateway(view, object, classInfo)];
  });
}

function readGateway(
  view: GatewayApiView,
  object: StoredObject<GatewayResource>,
  classInfo: GatewayClassInfo,
): GatewayState {
  const sets = view.all('ListenerSet').filter((set) => isParent(object, set));
  const takesSets = takesListenerSets(classInfo);
  const allowed = takesSets ? sets.filter((set) => isAllowed(view, object, set)) : [];
  const conflicts = takesSets ? conflictsOf(object, allowed) : new Map<string, string>();
  const context = { view, object, classInfo, conflicts };
  const { services, problem } = servicesOf(view, object, classInfo);
  const listenerSets = sets.map((set) => readListenerSet(context, set, allowed.includes(set), { services, problem }));
  const isHopeless = services.length === 0 && problem !== undefined;
  const listeners =
    classInfo.role === 'remote' || isHopeless
      ? undefined
      : object.resource.spec.listeners.flatMap(
          (_, index) => readListener(view, object, object, index, { classInfo, conflicts }) ?? [],
        );
  return {
    object,
    classInfo,
    services,
    problem: problem ?? (isHopeless ? undefined : parametersProblem(view, object.resource)),
    listeners,
    listenerSets,
  };
}

// ---- ListenerSets

interface Context {
  readonly view: GatewayApiView;
  readonly object: StoredObject<GatewayResource>;
  readonly classInfo: GatewayClassInfo;
  readonly conflicts: ListenerConflicts;
}

function isParent(
  { resource: gateway }: StoredObject<GatewayResource>,
  { resource: set }: StoredObject<ListenerSetResource>,
): boolean {
  const { group, kind, name, namespace = set.metadata.namespace } = set.spec.parentRef;
  const isGateway = group === GATEWAY_API_GROUP && kind === 'Gateway';
  return isGateway && name === gateway.metadata.name && namespace === gateway.metadata.namespace;
}

function isAllowed(
  view: GatewayApiView,
  { resource: gateway }: StoredObject<GatewayResource>,
  { resource: { metadata } }: StoredObject<ListenerSetResource>,
): boolean {
  const { from = 'None', selector } = gateway.spec.allowedListeners?.namespaces ?? {};
  if (from === 'All') return true;
  if (from === 'Same') return metadata.namespace === gateway.metadata.namespace;
  const labels = view.namespaceLabels(metadata.namespace);
  return from === 'Selector' && selector !== undefined && labels !== undefined && selectorMatches(selector, labels);
}

function readListenerSet(
  { view, object: gateway, classInfo, conflicts }: Context,
  object: StoredObject<ListenerSetResource>,
  allowed: boolean,
  { services, problem }: Services,
): ListenerSetState {
  const state = { object, gateway, services, gatewayProblem: problem };
  if (!takesListenerSets(classInfo)) {
    const refusal = `The "${classInfo.name}" GatewayClass does not support ListenerSet`;
    return { ...state, refusal, listeners: undefined };
  }
  if (!allowed) {
    const refusal = "The parent Gateway does not allow this reference; check the 'spec.allowedRoutes'";
    return { ...state, refusal, listeners: undefined };
  }
  const isHopeless = services.length === 0 && problem !== undefined;
  const listeners = object.resource.spec.listeners.flatMap(
    (_, index) => readListener(view, gateway, object, index, { classInfo, conflicts }) ?? [],
  );
  return { ...state, refusal: undefined, listeners: isHopeless ? undefined : listeners };
}

// ---- Services in front

interface Services {
  readonly services: readonly string[];
  readonly problem: Problem | undefined;
}

/** A Gateway that states no address, or an IP, gets a Deployment and a Service of its own; host names point at Services there are. */
export function isManaged({ spec: { addresses = [] } }: GatewayResource): boolean {
  const [only, ...more] = addresses;
  return only === undefined || (more.length === 0 && only.type === 'IPAddress');
}

/** The name of the Deployment and the Service istiod makes for a managed Gateway. */
export function managedName({ metadata }: GatewayResource, { name, role }: GatewayClassInfo): string {
  const override = metadata.annotations['gateway.istio.io/name-override'];
  const own = role === 'gateway' || role === 'remote' ? `${metadata.name}-${name}` : metadata.name;
  return override === undefined || override === '' ? own : override;
}

function servicesOf(
  view: GatewayApiView,
  { resource }: StoredObject<GatewayResource>,
  classInfo: GatewayClassInfo,
): Services {
  const { metadata, spec } = resource;
  const inNamespace = (name: string): string => `${name}.${metadata.namespace}.svc.${view.settings.domain}`;
  if (isManaged(resource)) return { services: [inNamespace(managedName(resource, classInfo))], problem: undefined };
  const addresses = spec.addresses ?? [];
  const services = addresses
    .filter(({ type }) => type === 'Hostname')
    .map(({ value = '' }) => (value.includes('.') ? value : inNamespace(value)));
  const skipped = addresses.filter(({ type }) => type !== 'Hostname').map(({ value = '' }) => value);
  if (skipped.length > 0) {
    const message = `only Hostname is supported, ignoring [${skipped.join(' ')}]`;
    return { services, problem: { reason: 'UnsupportedAddress', message } };
  }
  if (metadata.annotations['networking.istio.io/service-type'] === undefined) return { services, problem: undefined };
  const message = 'annotation networking.istio.io/service-type is deprecated, use Spec.Infrastructure.Routeability';
  return { services, problem: { reason: 'DeprecatedField', message } };
}

function parametersProblem(view: GatewayApiView, { metadata, spec }: GatewayResource): Problem | undefined {
  const ref = spec.infrastructure?.parametersRef;
  if (ref === undefined) return undefined;
  if (ref.group !== '' || ref.kind !== 'ConfigMap') {
    const message = `Unsupported parametersRef group/kind ${ref.group}/${ref.kind}, only ConfigMap is supported`;
    return { reason: 'InvalidParameters', message };
  }
  if (view.find('ConfigMap', metadata.namespace, ref.name) !== undefined) return undefined;
  const message = `parametersRef ConfigMap ${metadata.namespace}/${ref.name} does not exist`;
  return { reason: 'InvalidParameters', message };
}

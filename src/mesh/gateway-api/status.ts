// The status istiod writes into each object of the Gateway API, on top of what stands there already.
// Source: istio/istio:pilot/pkg/config/kube/gateway/{conditions,conversion,gateway_collection}.go, gatewaycommon/ at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { JsonValue, ParentReference } from '../../manifests/index.ts';
import { GATEWAY_API_GROUP } from '../../manifests/index.ts';
import { reach, type Reachability } from './addresses.ts';
import { GATEWAY_CONTROLLER, MESH_CONTROLLER, roleOfController } from './classes.ts';
import {
  type Condition,
  conditionsAt,
  itemsAt,
  met,
  objectAt,
  type Outcome,
  type Outcomes,
  type Problem,
  textAt,
  unmet,
  withOutcomes,
} from './conditions.ts';
import { type Address, writtenAddresses, writtenStatus } from './written.ts';
import type { GatewayState, ListenerSetState } from './gateways.ts';
import { backendCertificateProblem } from './listener-tls.ts';
import type { ListenerState } from './listeners.ts';
import type { PolicyState } from './policies.ts';
import type { GatewayApi } from './read.ts';
import type { RouteParent, RouteState } from './routes.ts';

export interface ListenerStatus {
  readonly name: string;
  readonly attachedRoutes: number;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
  readonly conditions: readonly Condition[];
}

export interface ParentStatus {
  readonly parentRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

export interface AncestorStatus {
  /** Its fields as they are written, so that a reference another controller wrote stays what it was. */
  readonly ancestorRef: Readonly<Record<string, JsonValue>>;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

/** By the kind of the object; `status` has the fields of the API. */
export type GatewayApiStatus =
  | { readonly kind: 'GatewayClass'; readonly status: { readonly conditions: readonly Condition[] } }
  | {
      readonly kind: 'Gateway';
      readonly status: {
        readonly addresses?: readonly Address[];
        readonly attachedListenerSets?: number;
        readonly conditions: readonly Condition[];
        readonly listeners: readonly ListenerStatus[];
      };
    }
  | {
      readonly kind: 'ListenerSet';
      readonly status: { readonly conditions: readonly Condition[]; readonly listeners: readonly ListenerStatus[] };
    }
  | { readonly kind: 'route'; readonly status: { readonly parents: readonly ParentStatus[] } }
  | { readonly kind: 'policy'; readonly status: { readonly ancestors: readonly AncestorStatus[] } };

export interface StatusOf {
  readonly object: StoredObject;
  readonly value: GatewayApiStatus;
}

/** The status of every object that istiod has something to say about. */
export function statusesOf(api: GatewayApi): readonly StatusOf[] {
  const attached = attachmentCounts(api.routes);
  return [
    ...classStatuses(api),
    ...api.gateways.flatMap((gateway) => [
      gatewayStatus(api, gateway, attached),
      ...gateway.listenerSets.map((set) => listenerSetStatus(api, set, attached)),
    ]),
    ...api.routes.map((route) => oncePer(route, () => routeStatus(api, route))),
    ...api.policies.map((policy) => oncePer(policy, () => policyStatus(policy))),
  ];
}

/** What is said of a route or a policy follows from what was read of it: while that stands, so does its status. */
function oncePer(read: object, status: () => StatusOf): StatusOf {
  let known = said.get(read);
  if (known === undefined) said.set(read, (known = status()));
  return known;
}
const said = new WeakMap<object, StatusOf>();

function classStatuses({ view }: GatewayApi): readonly StatusOf[] {
  return view.all('GatewayClass').flatMap((object) => {
    if (roleOfController(object.resource.spec.controllerName, view.settings) === undefined) return [];
    const outcomes = { Accepted: met('Accepted', 'Handled by Istio controller') };
    return { object, value: { kind: 'GatewayClass', status: { conditions: ownConditions(object, outcomes) } } };
  });
}

function generationOf({ resource: { metadata } }: StoredObject): number {
  return metadata.generation ?? 1;
}

function ownConditions(object: StoredObject, outcomes: Outcomes): readonly Condition[] {
  return withOutcomes(conditionsAt(writtenStatus(object)), outcomes, generationOf(object));
}

// ---- Gateways

/** `namespace/name/listener` -> the routes attached. A Gateway and a ListenerSet of one name share their count, as at istiod. */
type AttachmentCounts = ReadonlyMap<string, number>;

function attachmentCounts(routes: readonly RouteState[]): AttachmentCounts {
  const counts = new Map<string, number>();
  for (const { parents } of routes) {
    const keys = parents.flatMap(({ listener, denial }) =>
      listener === undefined || denial !== undefined ? [] : [countKey(listener.source, listener.listener.name)],
    );
    for (const key of new Set(keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function countKey({ resource: { metadata } }: StoredObject, listener: string): string {
  return `${metadata.namespace}/${metadata.name}/${listener}`;
}

function gatewayStatus(api: GatewayApi, state: GatewayState, attached: AttachmentCounts): StatusOf {
  const { object, classInfo, listeners, listenerSets } = state;
  if (classInfo.role === 'remote') return remoteStatus(state);
  const sets = listenerSets.filter((set) => listeners !== undefined && set.listeners?.some(isServing));
  const served = [...(listeners ?? []), ...sets.flatMap((set) => (set.listeners ?? []).filter(isServing))];
  const reachability = reachOf(api, state, served);
  const addresses = addressesOf(state, reachability);
  const accepted = gatewayAcceptance(state);
  const backend = backendCertificateProblem(api.view, object);
  const outcomes: Outcomes = {
    Accepted: accepted,
    Programmed: programming(state.services, reachability),
    ResolvedRefs: backend === undefined ? met('ResolvedRefs', 'All references resolved') : unmet(backend),
    ...(isInsecure(state) && {
      InsecureFrontendValidationMode: met(
        'ConfigurationChanged',
        'Gateway is operating in AllowInsecureFallback mode for frontend validation',
      ),
    }),
  };
  const written = writtenStatus(object);
  const before = conditionsAt(written).filter(
    ({ type }) =>
      type !== 'InsecureFrontendValidationMode' ||
      object.resource.spec.tls?.frontend === undefined ||
      isInsecure(state),
  );
  return {
    object,
    value: {
      kind: 'Gateway',
      status: {
        ...(addresses.length > 0 && { addresses }),
        ...(sets.length > 0 && { attachedListenerSets: sets.length }),
        conditions: withOutcomes(before, outcomes, generationOf(object)),
        listeners: listenerStatuses(object, listeners ?? [], attached),
      },
    },
  };
}

function isServing({ isProgrammed, isServed }: ListenerState): boolean {
  return isProgrammed && isServed;
}

function remoteStatus({ object }: GatewayState): StatusOf {
  const outcomes: Outcomes = {
    Accepted: met('Accepted', 'Resource accepted'),
    Programmed: met('Programmed', 'This Gateway is remote; Istio will not program it'),
  };
  const addresses = (object.resource.spec.addresses ?? []).map(({ type, value = '' }) => ({ type, value }));
  const status = { addresses, conditions: ownConditions(object, outcomes), listeners: [] };
  return { object, value: { kind: 'Gateway', status } };
}

function gatewayAcceptance({ problem, listeners, object }: GatewayState): Outcome {
  if (problem !== undefined) return unmet(problem);
  const total = object.resource.spec.listeners.length;
  const valid = (listeners ?? []).filter(({ isProgrammed }) => isProgrammed).length;
  if (valid === total) return met('Accepted', 'Resource accepted');
  return valid === 0
    ? unmet({ reason: 'ListenersNotValid', message: "None of the Gateway's listeners are valid" })
    : met('ListenersNotValid', "One or more of the Gateway's listeners are invalid");
}

function isInsecure({ object }: GatewayState): boolean {
  const frontend = object.resource.spec.tls?.frontend;
  if (frontend === undefined) return false;
  const all = [frontend.default, ...(frontend.perPort ?? []).map(({ tls }) => tls)];
  return all.some(({ validation }) => validation?.mode === 'AllowInsecureFallback');
}

function reachOf(
  { view }: GatewayApi,
  { object, services }: { readonly object: StoredObject; readonly services: readonly string[] },
  listeners: readonly ListenerState[],
): Reachability {
  const ports = new Set(listeners.filter(({ isServed }) => isServed).map(({ listener }) => listener.port));
  return reach(view, object.resource.metadata.namespace, services, ports);
}

function programming(services: readonly string[], { internal, warnings, allUsable }: Reachability): Outcome {
  const assigned = readable(internal);
  if (services.length === 0)
    return unmet({ reason: 'UnsupportedAddress', message: 'Failed to assign to any requested addresses' });
  if (warnings.length > 0) {
    const said = warnings.join('; ');
    return unmet({
      reason: allUsable ? 'AddressNotAssigned' : 'AddressNotUsable',
      message:
        assigned === ''
          ? `Failed to assign to any requested addresses: ${said}`
          : `Assigned to service(s) ${assigned}, but failed to assign to all requested addresses: ${said}`,
    });
  }
  return met(
    'Programmed',
    assigned === '' ? 'Resource programmed' : `Resource programmed, assigned to service(s) ${assigned}`,
  );
}

function readable(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  if (words.length < 3) return words.join(' and ');
  return `${words.slice(0, -1).join(', ')}, and ${last}`;
}

/** Outside addresses, else those inside the cluster; once written they stay until there are others. */
function addressesOf(
  { object, classInfo }: GatewayState,
  { external, internal, internalIPs, pending }: Reachability,
): readonly Address[] {
  const override = object.resource.metadata.annotations['networking.istio.io/address-type'];
  const wanted = override ?? (classInfo.role === 'gateway' ? 'Hostname' : '');
  const hosts = internal.map((pair) => pair.slice(0, pair.lastIndexOf(':')));
  const inside = [
    ...(wanted === 'Hostname' ? [] : internalIPs),
    ...(wanted === 'IPAddress' ? [] : hosts.filter((host) => !pending.includes(host))),
  ];
  const values = external.length > 0 ? external : [...new Set(inside)];
  if (values.length > 0)
    return values.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'IPAddress' : 'Hostname', value }));
  return writtenAddresses(object);
}

/** istiod finds the conditions a listener had by its place in the list. */
function listenerStatuses(
  object: StoredObject,
  listeners: readonly ListenerState[],
  attached: AttachmentCounts,
): readonly ListenerStatus[] {
  const before = itemsAt(writtenStatus(object), 'listeners');
  return listeners.map(({ listener: { name }, index, supportedKinds, outcomes }) => ({
    name,
    attachedRoutes: attached.get(countKey(object, name)) ?? 0,
    supportedKinds: supportedKinds.map((kind) => ({ group: GATEWAY_API_GROUP, kind })),
    conditions: withOutcomes(conditionsAt(before[index]), outcomes, generationOf(object)),
  }));
}

function listenerSetStatus(api: GatewayApi, state: ListenerSetState, attached: AttachmentCounts): StatusOf {
  const { object, gateway, services, refusal, listeners } = state;
  const conditions = ownConditions(object, refusal === undefined ? setOutcomes() : refused(refusal));
  const status = { conditions, listeners: listenerStatuses(object, listeners ?? [], attached) };
  return { object, value: { kind: 'ListenerSet', status } };

  function setOutcomes(): Outcomes {
    const reachability = reachOf(api, { object: gateway, services }, listeners ?? []);
    const { gatewayProblem: problem } = state;
    const isValid = listeners === undefined || listeners.some(isServing);
    const invalid = unmet({
      reason: 'ListenersNotValid',
      message: "None of the ListenerSet's listeners are valid",
    });
    const accepted = isValid ? met('Accepted', 'Resource accepted') : invalid;
    return {
      Accepted:
        problem === undefined ? accepted : unmet({ ...problem, message: `Parent not accepted: ${problem.message}` }),
      Programmed: isValid ? programming(services, reachability) : invalid,
    };
  }
}

function refused(message: string): Outcomes {
  const outcome = unmet({ reason: 'NotAllowed', message });
  return { Accepted: outcome, Programmed: outcome };
}

// ---- Routes

/** What is said when the listeners a reference leads to do not agree: the first of these. */
const severity = [
  undefined,
  'NotAllowedByListeners',
  'NoMatchingListenerHostname',
  'ParentRefConflict',
  'NoMatchingParent',
];

function routeStatus(api: GatewayApi, { object, parents, gatewayRules, meshRules }: RouteState): StatusOf {
  const { namespace } = object.resource.metadata;
  const before = itemsAt(writtenStatus(object), 'parents').map(readParentStatus);
  const byReference = new Map<number, RouteParent[]>();
  for (const parent of parents) byReference.set(parent.index, [...(byReference.get(parent.index) ?? []), parent]);
  const own = [...byReference.values()].flatMap((same): readonly ParentStatus[] => {
    const [first] = same;
    if (first === undefined) return [];
    const rules = first.listener === undefined ? meshRules : gatewayRules;
    const key = parentKey(first.reference, namespace);
    const known = before.find(
      (status) => status.controllerName === GATEWAY_CONTROLLER && parentKey(status.parentRef, namespace) === key,
    );
    const outcomes = parentOutcomes(api, same, rules?.problem);
    const conditions = withOutcomes(known?.conditions ?? [], outcomes, generationOf(object));
    return [{ parentRef: first.reference, controllerName: GATEWAY_CONTROLLER, conditions }];
  });
  const keyOf = ({ parentRef }: ParentStatus): string => parentKey(parentRef, namespace);
  const kept = before.flatMap((status): readonly ParentStatus[] => {
    if (status.controllerName !== GATEWAY_CONTROLLER) return [status];
    return own.filter((candidate) => keyOf(candidate) === keyOf(status));
  });
  const added = own.filter((status) => !kept.includes(status)).sort((a, b) => (keyOf(a) > keyOf(b) ? -1 : 1));
  return { object, value: { kind: 'route', status: { parents: [...kept, ...added] } } };
}

function parentOutcomes({ view }: GatewayApi, parents: readonly RouteParent[], problem: Problem | undefined): Outcomes {
  const ranked = parents.map(({ denial }) => severity.indexOf(denial?.reason));
  const rank = Math.min(...ranked);
  const denials = parents.flatMap(({ denial }, at) => (ranked[at] === rank && denial !== undefined ? [denial] : []));
  const [denial] = denials;
  const accepted = parents.length - parents.filter((parent) => parent.denial !== undefined).length;
  const waypoint = parents[0]?.waypointProblem;
  return {
    Accepted:
      denial === undefined
        ? met('Accepted', accepted > 1 ? `Route was valid, bound to ${accepted} parents` : 'Route was valid')
        : unmet({ ...denial, message: denials.map(({ message }) => message).join('; ') }),
    ResolvedRefs: problem === undefined ? met('ResolvedRefs', 'All references resolved') : unmet(problem),
    ...(view.settings.ambient && { ResolvedWaypoints: met('ResolvedWaypoints', waypoint ?? 'All waypoints resolved') }),
  };
}

function readParentStatus(written: Readonly<Record<string, JsonValue>>): ParentStatus {
  const ref = objectAt(written, 'parentRef');
  const { port } = ref;
  const [namespace, sectionName] = [textAt(ref, 'namespace'), textAt(ref, 'sectionName')];
  return {
    parentRef: {
      group: textAt(ref, 'group') ?? GATEWAY_API_GROUP,
      kind: textAt(ref, 'kind') ?? 'Gateway',
      name: textAt(ref, 'name') ?? '',
      ...(namespace !== undefined && { namespace }),
      ...(sectionName !== undefined && { sectionName }),
      ...(typeof port === 'number' && { port }),
    },
    controllerName: textAt(written, 'controllerName') ?? '',
    conditions: conditionsAt(written),
  };
}

function parentKey(ref: ParentReference, namespace: string): string {
  const { group, kind, name, sectionName = '', port = 0 } = ref;
  return `${group}/${kind}/${name}/${sectionName}/${port}.${ref.namespace ?? namespace}`;
}

// ---- Policies

function policyStatus({ object, ancestors }: PolicyState): StatusOf {
  const before = itemsAt(writtenStatus(object), 'ancestors').map((written): AncestorStatus => {
    return {
      ancestorRef: objectAt(written, 'ancestorRef'),
      controllerName: textAt(written, 'controllerName') ?? '',
      conditions: conditionsAt(written),
    };
  });
  const own = ancestors.map(({ reference, role, outcomes }): AncestorStatus => {
    const known = before.find(({ ancestorRef }) => isSameAncestor(ancestorRef, reference));
    return {
      ancestorRef: reference,
      controllerName: role === 'mesh' ? MESH_CONTROLLER : GATEWAY_CONTROLLER,
      conditions: withOutcomes(known?.conditions ?? [], outcomes, generationOf(object)),
    };
  });
  const kept = before.flatMap((status): readonly AncestorStatus[] => {
    if (status.controllerName !== GATEWAY_CONTROLLER && status.controllerName !== MESH_CONTROLLER) return [status];
    return own.filter(({ ancestorRef }) => isSameAncestor(ancestorRef, status.ancestorRef));
  });
  const all = [...kept, ...own.filter((status) => !kept.includes(status))];
  const max = object.resource.kind === 'XBackend' ? 32 : 16;
  return { object, value: { kind: 'policy', status: { ancestors: all.slice(0, max) } } };
}

const ancestorFields = ['group', 'kind', 'name', 'namespace', 'sectionName', 'port'];

function isSameAncestor(a: AncestorStatus['ancestorRef'], b: AncestorStatus['ancestorRef']): boolean {
  return ancestorFields.every((field) => a[field] === b[field]);
}

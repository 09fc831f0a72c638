// What istiod says of waypoints: on Services and ServiceEntries whether one stands before them, on AuthorizationPolicies whether
// ztunnels and waypoints take them. Source: istio/istio:pilot/pkg/model/service.go GetConditions, flattenConditions,
// pilot/pkg/serviceregistry/ambient/{policies,authorization}.go at 1.31. Workloads get none but WorkloadEntries, which are not read here.
import type { StoredObject } from '../../kube/index.ts';
import type { AuthorizationPolicyResource, ObjectMeta } from '../../manifests/index.ts';
import type { ConversionWarning } from '../authz/index.ts';
import { convertAuthorizationPolicy } from '../authz/index.ts';
import type { Condition, GatewayApiView, Outcome, Outcomes } from '../gateway-api/index.ts';
import { classOf, met, unmet, withOutcomes, writtenConditions } from '../gateway-api/index.ts';
import type { Waypoint } from './binding.ts';
import { waypointFor, waypointsOf } from './binding.ts';

export interface ConditionsOf {
  readonly object: StoredObject;
  readonly value: { readonly kind: 'conditions'; readonly status: { readonly conditions: readonly Condition[] } };
}

/** The conditions of every object that has some, or had. */
export function waypointConditions(view: GatewayApiView, rootNamespace: string): readonly ConditionsOf[] {
  const context: Context = { view, waypoints: waypointsOf(view), rootNamespace };
  return [
    ...view
      .all('Service')
      .flatMap((object) => conditions(object, bound, bindingOutcomes(context, object.resource.metadata))),
    ...view.all('ServiceEntry').flatMap((object) => {
      const outcomes = bindingOutcomes(context, object.resource.metadata);
      const isWild = object.resource.spec.hosts.some((host) => host.startsWith('*'));
      const isUseless = isWild && outcomes[bound]?.status !== 'True';
      return conditions(object, bound, { ...outcomes, ...(isUseless && { [missing]: useless }) });
    }),
    ...view
      .all('AuthorizationPolicy')
      .flatMap((object) => conditions(object, 'Accepted', policyOutcomes(context, object))),
  ];
}

interface Context {
  readonly view: GatewayApiView;
  readonly waypoints: ReadonlyMap<string, Waypoint>;
  readonly rootNamespace: string;
}

const bound = 'istio.io/WaypointBound';
const missing = 'istio.io/WaypointMissing';
const useless = met(
  'NoWaypointForWildcardService',
  'ServiceEntry will not apply until it is bound to a valid waypoint.',
);

/** Conditions of istiod's own that no longer hold are taken away. `own`: how their types end. */
function conditions(object: StoredObject, own: string, outcomes: Outcomes): readonly ConditionsOf[] {
  const written = writtenConditions(object);
  const isOwn = (type: string): boolean => type === missing || type.endsWith(own);
  const before = written.filter(({ type }) => !isOwn(type) || outcomes[type] !== undefined);
  if (before.length === written.length && Object.keys(outcomes).length === 0) return [];
  const generation = object.resource.metadata.generation ?? 1;
  return [
    { object, value: { kind: 'conditions', status: { conditions: withOutcomes(before, outcomes, generation) } } },
  ];
}

function bindingOutcomes({ view, waypoints }: Context, metadata: ObjectMeta): Outcomes {
  const binding = waypointFor(view, waypoints, metadata, 'service');
  if (binding.kind === 'none') return {};
  if (binding.kind === 'failed') return { [bound]: unmet(binding.problem) };
  const message = `Successfully attached to waypoint ${binding.waypoint.key}${ingressNote(view, metadata)}`;
  return { [bound]: met('WaypointAccepted', message) };
}

function ingressNote(view: GatewayApiView, { labels, namespace }: ObjectMeta): string {
  const name = 'istio.io/ingress-use-waypoint';
  const label = labels[name] ?? view.namespaceLabels(namespace)?.[name];
  if (label === undefined) return '';
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(label)
    ? '. Ingress traffic will traverse the waypoint'
    : '. Ingress traffic is not using the waypoint, set the istio.io/ingress-use-waypoint label to true if desired.';
}

// ---- AuthorizationPolicies

type Policy = StoredObject<AuthorizationPolicyResource>;
type Target = NonNullable<AuthorizationPolicyResource['spec']['targetRef']>;

function policyOutcomes(context: Context, object: Policy): Outcomes {
  const { targetRef, targetRefs = [] } = object.resource.spec;
  const targets = targetRefs.length > 0 || targetRef === undefined ? targetRefs : [targetRef];
  const { policy, warning } = convertAuthorizationPolicy(object, context.rootNamespace);
  const forZtunnel: Outcome | undefined =
    policy === undefined && warning === undefined
      ? undefined
      : {
          status: policy === undefined ? 'False' : 'True',
          reason: warning === undefined ? 'Accepted' : 'UnsupportedValue',
          message: warning === undefined ? 'attached to ztunnel' : warningText(warning, object),
        };
  return {
    ...(forZtunnel !== undefined && { ZtunnelAccepted: forZtunnel }),
    ...(targets.length > 0 && {
      WaypointAccepted: together(targets.map((target) => targetOutcome(context, object, target))),
    }),
  };
}

function warningText(warning: ConversionWarning, { resource: { metadata, spec } }: Policy): string {
  switch (warning.kind) {
    case 'dry-run':
      return `found policy "${metadata.namespace}/${metadata.name}" using dry-run annotation, but support for ambient dry-run authorizationPolicies isn't enabled`;
    case 'unsupported-action':
      return `ztunnel does not support the ${warning.action} action`;
    case 'http-fields': {
      const said = `ztunnel does not support HTTP attributes (found: ${warning.fields.join(', ')}). In ambient mode you must use a waypoint proxy to enforce HTTP rules. `;
      if (warning.effect === 'deny-without-effect')
        return `${said}After omitting unsupported HTTP attributes, this DENY policy has no enforceable rules at ztunnel and will have no effect. Deploy a waypoint proxy and use a targetRef to enforce this policy.`;
      return said + (spec.action === 'DENY' ? deniesMore : allowsLess) + moreRestrictive;
    }
  }
}

const deniesMore = 'DENY policy with HTTP attributes is enforced without the HTTP rules.';
const allowsLess = 'Within an ALLOW policy, rules matching HTTP attributes are omitted.';
const moreRestrictive = ' This will be more restrictive than requested.';

interface TargetOutcome extends Outcome {
  /** The target as istiod names it. */
  readonly ancestor: string;
}

function targetOutcome(context: Context, { resource }: Policy, target: Target): TargetOutcome {
  const { view, waypoints, rootNamespace } = context;
  const { kind, name, group = '' } = target;
  const namespace =
    target.namespace === undefined || target.namespace === '' ? resource.metadata.namespace : target.namespace;
  const key = `${namespace}/${name}`;
  const ancestor = `${kind}.${group === '' ? 'core' : group}:${key}`;
  const accepted = (waypoint: string): TargetOutcome => ({ ancestor, ...met('Accepted', `bound to ${waypoint}`) });
  const refused = (reason: string, message: string): TargetOutcome => ({ ancestor, ...unmet({ reason, message }) });
  if (kind === 'GatewayClass') {
    if (namespace !== rootNamespace)
      return refused(
        'Invalid',
        `AuthorizationPolicy must be in the root namespace \`${rootNamespace}\` when referencing a GatewayClass`,
      );
    const role = classOf(view, name)?.role;
    if (role === 'waypoint') return accepted(name);
    return role === undefined && view.find('GatewayClass', '', name) === undefined
      ? refused('TargetNotFound', 'not bound')
      : refused('Invalid', 'GatewayClass must use controller name `istio.io/mesh-controller` for waypoints');
  }
  if (kind === 'Gateway') return waypoints.has(key) ? accepted(key) : refused('TargetNotFound', 'not bound');
  if (kind !== 'Service' && kind !== 'ServiceEntry') return refused('unknown', 'not bound');
  const found = view.find(kind, namespace, name);
  if (found === undefined) return refused('TargetNotFound', `${kind} ${key} was not found`);
  const binding = waypointFor(view, waypoints, found.resource.metadata, 'service');
  return binding.kind === 'bound'
    ? accepted(binding.waypoint.key)
    : refused('AncestorNotBound', `${kind} ${key} is not bound to a waypoint`);
}

/** Several targets are said in one condition: true where at least one holds. */
function together(targets: readonly TargetOutcome[]): Outcome {
  const [first, ...more] = targets;
  if (first !== undefined && more.length === 0)
    return { status: first.status, reason: first.reason, message: first.message };
  const failed = targets.filter(({ status }) => status === 'False').map(({ ancestor }) => ancestor);
  const message = failed.length === 0 ? '' : `Invalid targetRefs: ${failed.join(', ')}`;
  if (failed.length === targets.length) return unmet({ reason: 'Invalid', message });
  return met(failed.length === 0 ? 'Accepted' : 'PartiallyInvalid', message);
}

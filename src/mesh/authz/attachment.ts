// Which proxies a policy is for: workloads by its selector, gateways and waypoints by its targetRefs. The same for every kind of
// policy that has them. Source: istio/istio:pilot/pkg/model/policyattachment.go ShouldAttachPolicy at 1.31.
import type { AuthorizationPolicySpec } from '../../manifests/index.ts';

/** A proxy as policies see it. */
export interface PolicyHost {
  readonly namespace: string;
  /** The label `gateway.networking.k8s.io/gateway-name` makes it a proxy of that Gateway. */
  readonly labels: Readonly<Record<string, string>>;
  /** A waypoint, with what it takes requests for; absent for any other proxy. */
  readonly waypoint?: { readonly services: readonly ServiceReference[] };
}

export interface ServiceReference {
  readonly kind: 'Service' | 'ServiceEntry';
  readonly namespace: string;
  readonly name: string;
}

/** What says whom a policy is for. */
export type Attachable = Pick<AuthorizationPolicySpec, 'selector' | 'targetRef' | 'targetRefs'>;
type PolicyTarget = NonNullable<Attachable['targetRef']>;

/**
 * Whether a policy of `policyNamespace` is attached to a proxy. `bySelector`: gateways of the Gateway API heed selectors too
 * (ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY).
 */
export function isAttached(
  spec: Attachable,
  policyNamespace: string,
  host: PolicyHost,
  rootNamespace: string,
  bySelector = true,
): boolean {
  const gateway = host.labels['gateway.networking.k8s.io/gateway-name'];
  const targets = targetRefsOf(spec);
  if (gateway === undefined || targets.length === 0) {
    const isNear = policyNamespace === host.namespace || policyNamespace === rootNamespace;
    const isHeeded = gateway === undefined || (host.waypoint === undefined && bySelector);
    return targets.length === 0 && isHeeded && isNear && isSelected(spec, host.labels);
  }
  return targets.some((target) => {
    if (host.waypoint !== undefined) {
      const { services } = host.waypoint;
      if (services.some((service) => isService(target, service) && service.namespace === policyNamespace)) return true;
      const isClass = isKind(target, 'gateway.networking.k8s.io', 'GatewayClass') && target.name === 'istio-waypoint';
      if (isClass && policyNamespace === rootNamespace) return true;
    }
    return (
      policyNamespace === host.namespace &&
      (target.namespace === undefined || target.namespace === '' || target.namespace === host.namespace) &&
      isKind(target, 'gateway.networking.k8s.io', 'Gateway') &&
      target.name === gateway
    );
  });
}

/** The older `targetRef` counts only without the list. */
function targetRefsOf({ targetRef, targetRefs = [] }: Attachable): readonly PolicyTarget[] {
  return targetRefs.length > 0 || targetRef === undefined ? targetRefs : [targetRef];
}

function isSelected({ selector }: Attachable, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

function isService(target: PolicyTarget, { kind, name }: ServiceReference): boolean {
  return isKind(target, kind === 'Service' ? '' : 'networking.istio.io', kind) && target.name === name;
}

/** `core` is another word for the empty group. */
function isKind({ group = '', kind }: PolicyTarget, wantedGroup: string, wantedKind: string): boolean {
  return (group === 'core' ? '' : group) === wantedGroup && kind === wantedKind;
}

// Which Services of type LoadBalancer have a load balancer that is acted out, and what it sends connections to: what their annotations
// say to the AWS Load Balancer Controller, else what the scenario says of all of them. Pure.
// Source: kubernetes-sigs/aws-load-balancer-controller@v3.5: docs/guide/service/annotations.md, pkg/service/model_build_target_group.go.
import type { ServiceResource } from '../../manifests/index.ts';

/** instance: a target is a node's port, and the node forwards; ip: a target is a pod. */
export type TargetType = 'instance' | 'ip';

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';
const CLASS = 'service.k8s.aws/nlb';

/** An annotation for the controller, by the last part of its name. */
export function annotationOf({ metadata }: ServiceResource, name: string): string | undefined {
  return metadata.annotations[`${PREFIX}${name}`];
}

/** Undefined: no Service of type LoadBalancer, or one whose load balancer is not acted out. `byDefault`: of those that say nothing. */
export function targetTypeOf(service: ServiceResource, byDefault: TargetType | undefined): TargetType | undefined {
  const { type, loadBalancerClass } = service.spec;
  if (type !== 'LoadBalancer') return undefined;
  const said = annotationOf(service, 'type');
  if (said !== 'external' && said !== 'nlb-ip' && loadBalancerClass !== CLASS) return byDefault;
  return said === 'nlb-ip' || annotationOf(service, 'nlb-target-type') === 'ip' ? 'ip' : 'instance';
}

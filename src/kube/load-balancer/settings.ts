// How a load balancer behaves: what a Service's annotations say, else the defaults of the AWS Load Balancer Controller. Pure.
// Source: kubernetes-sigs/aws-load-balancer-controller@v3.5: docs/guide/service/annotations.md, pkg/service/model_builder.go.
// Not modelled: target group attributes beyond those below, health checks by HTTP, security groups.
import type { Micros } from '../../kernel/index.ts';
import { seconds } from '../../kernel/index.ts';
import type { ServiceResource } from '../../manifests/index.ts';
import type { TargetType } from './target-type.ts';
import { annotationOf, targetTypeOf } from './target-type.ts';

export interface BalancerSettings {
  readonly targets: TargetType;
  /** instance: nodes forward to their own pods only, and are asked whether they have one. */
  readonly isLocal: boolean;
  readonly checkEvery: Micros;
  /** Checks in a row that make a target healthy, or unhealthy. */
  readonly healthyAfter: number;
  readonly unhealthyAfter: number;
  /** How long a target that leaves keeps its connections in peace. */
  readonly deregistrationDelay: Micros;
  /** What is left of them then is reset. */
  readonly resetsLeaving: boolean;
  /** Connections to a target that becomes unhealthy are reset. */
  readonly resetsUnhealthy: boolean;
  /** Servers see the client's address, not the load balancer's. */
  readonly keepsClient: boolean;
  /** Servers are told of the client by a PROXY header. */
  readonly sendsHeader: boolean;
}

/** Undefined where no load balancer is acted out. `byDefault`: what those send connections to that say nothing. */
export function balancerSettings(
  service: ServiceResource,
  byDefault: TargetType | undefined,
): BalancerSettings | undefined {
  const targets = targetTypeOf(service, byDefault);
  if (targets === undefined) return undefined;
  const said = (name: string): string | undefined => annotationOf(service, name);
  const isLocal = targets === 'instance' && service.spec.externalTrafficPolicy === 'Local';
  const threshold = isLocal ? 2 : 3;
  const attributes = attributesOf(said('target-group-attributes') ?? '');
  return {
    targets,
    isLocal,
    checkEvery: seconds(numberOr(said('healthcheck-interval'), 10)),
    healthyAfter: numberOr(said('healthcheck-healthy-threshold'), threshold),
    unhealthyAfter: numberOr(said('healthcheck-unhealthy-threshold'), threshold),
    deregistrationDelay: seconds(numberOr(attributes.get('deregistration_delay.timeout_seconds'), 300)),
    resetsLeaving: attributes.get('deregistration_delay.connection_termination.enabled') === 'true',
    resetsUnhealthy: attributes.get('target_health_state.unhealthy.connection_termination.enabled') !== 'false',
    keepsClient: (attributes.get('preserve_client_ip.enabled') ?? String(targets === 'instance')) === 'true',
    sendsHeader: said('proxy-protocol') === '*' || attributes.get('proxy_protocol_v2.enabled') === 'true',
  };
}

/** `a=1,b=2`. */
function attributesOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  return new Map(pairs.map(([key = '', value = '']) => [key.trim(), value.trim()]));
}

/** A whole number from 0 to 3,600, as all of these are. */
function numberOr(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,4}$/.test(text) && Number(text) <= 3_600 ? Number(text) : otherwise;
}

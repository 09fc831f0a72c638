import type { Resource } from '../../resource.ts';
import type { PolicySelector } from '../istio-checks.ts';
import type { TrafficPolicy } from '../traffic-policy.ts';

export interface DestinationRuleResource extends Resource {
  readonly kind: 'DestinationRule';
  readonly spec: DestinationRuleSpec;
}

/** Source: istio/api:networking/v1alpha3/destination_rule.proto at Istio 1.31. */
export interface DestinationRuleSpec {
  readonly host?: string;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly trafficPolicy?: TrafficPolicy;
  }[];
  readonly exportTo?: readonly string[];
  readonly workloadSelector?: PolicySelector;
}

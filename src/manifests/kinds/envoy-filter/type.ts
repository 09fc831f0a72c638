import type { JsonObject } from '../../json.ts';
import type { NetworkingSelector } from '../istio-checks.ts';

/** The fields that are checked. Source: istio/api:networking/v1alpha3/envoy_filter.proto at Istio 1.31. */
export interface EnvoyFilterSpec {
  readonly workloadSelector?: NetworkingSelector;
  readonly configPatches?: readonly EnvoyConfigPatch[];
}

export interface EnvoyConfigPatch {
  /** Absent means INVALID. */
  readonly applyTo?: string;
  readonly match?: EnvoyObjectMatch;
  readonly patch?: { readonly operation?: string; readonly value?: JsonObject };
}

/** At most one of listener, routeConfiguration, cluster and waypoint is set. */
export interface EnvoyObjectMatch {
  readonly context?: string;
  readonly proxy?: { readonly proxyVersion?: string };
  readonly listener?: { readonly filterChain?: { readonly filter?: EnvoyFilterMatch } };
  readonly routeConfiguration?: object;
  readonly cluster?: object;
  readonly waypoint?: object;
}

export interface EnvoyFilterMatch {
  readonly name?: string;
  readonly subFilter?: { readonly name?: string };
}

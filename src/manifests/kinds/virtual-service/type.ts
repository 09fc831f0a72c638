// VirtualService as stored. Source: istio/api:networking/v1alpha3/virtual_service.proto at Istio 1.31.

import type { JsonObject } from '../../json.ts';
import type { Resource } from '../../resource.ts';

export interface VirtualServiceResource extends Resource {
  readonly kind: 'VirtualService';
  readonly spec: VirtualServiceSpec;
}

export interface VirtualServiceSpec {
  /** Absent or empty only in a delegate. */
  readonly hosts?: readonly string[];
  /** Absent or empty means [`mesh`]. */
  readonly gateways?: readonly string[];
  readonly http?: readonly VirtualServiceHTTPRoute[];
  readonly tls?: readonly VirtualServiceTLSRoute[];
  readonly tcp?: readonly VirtualServiceTCPRoute[];
  readonly exportTo?: readonly string[];
}

/** At most one of the three is set; `{}` (a header match) means "is present". */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface HTTPMatchRequest {
  readonly name?: string;
  readonly uri?: StringMatch;
  readonly scheme?: StringMatch;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  readonly port?: number;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly sourceNamespace?: string;
  readonly gateways?: readonly string[];
  readonly ignoreUriCase?: boolean;
  readonly statPrefix?: string;
}

export interface VirtualServiceDestination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number?: number };
}

export interface HTTPRouteDestination {
  readonly destination: VirtualServiceDestination;
  /** Absent means 0, which is ignored for a single destination. */
  readonly weight?: number;
  readonly headers?: VirtualServiceHeaders;
}

export interface VirtualServiceHeaders {
  readonly request?: HeaderOperations;
  readonly response?: HeaderOperations;
}

export interface HeaderOperations {
  readonly set?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** One of `route`, `redirect`, `directResponse` or `delegate` decides what the rule does. Durations are texts like `1.5s`. */
export interface VirtualServiceHTTPRoute {
  readonly name?: string;
  readonly match?: readonly HTTPMatchRequest[];
  readonly route?: readonly HTTPRouteDestination[];
  readonly redirect?: {
    readonly uri?: string;
    readonly prefixRewrite?: string;
    readonly authority?: string;
    readonly port?: number;
    readonly derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT';
    readonly scheme?: string;
    readonly redirectCode?: number;
  };
  readonly directResponse?: {
    readonly status: number;
    readonly body?: { readonly string?: string; readonly bytes?: string };
  };
  readonly delegate?: { readonly name?: string; readonly namespace?: string };
  readonly rewrite?: {
    readonly uri?: string;
    readonly authority?: string;
    readonly uriRegexRewrite?: { readonly match?: string; readonly rewrite?: string };
  };
  readonly timeout?: string;
  readonly retries?: JsonObject;
  readonly fault?: JsonObject;
  readonly mirror?: VirtualServiceDestination;
  readonly mirrors?: readonly {
    readonly destination: VirtualServiceDestination;
    readonly percentage?: { readonly value?: number };
  }[];
  readonly mirrorPercentage?: { readonly value?: number };
  /** Deprecated. */
  readonly mirrorPercent?: number;
  readonly corsPolicy?: JsonObject;
  readonly headers?: VirtualServiceHeaders;
}

export interface RouteDestination {
  readonly destination: VirtualServiceDestination;
  readonly weight?: number;
}

export interface VirtualServiceTLSRoute {
  readonly match: readonly {
    readonly sniHosts: readonly string[];
    readonly destinationSubnets?: readonly string[];
    readonly port?: number;
    readonly sourceLabels?: Readonly<Record<string, string>>;
    readonly sourceNamespace?: string;
    readonly gateways?: readonly string[];
  }[];
  readonly route?: readonly RouteDestination[];
}

export interface VirtualServiceTCPRoute {
  readonly match?: readonly {
    readonly destinationSubnets?: readonly string[];
    readonly port?: number;
    readonly sourceLabels?: Readonly<Record<string, string>>;
    readonly sourceNamespace?: string;
    readonly gateways?: readonly string[];
  }[];
  readonly route?: readonly RouteDestination[];
}

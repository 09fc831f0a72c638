// What sends a host's traffic elsewhere, whoever wrote it: a VirtualService with its delegates and names resolved, or the HTTPRoutes of
// one namespace on one Service. istiod treats both as VirtualServices.
import type {
  VirtualServiceDestination,
  VirtualServiceTCPRoute,
  VirtualServiceTLSRoute,
} from '../../manifests/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { Aged } from '../age.ts';
import type { Route, RouteClient, RuleContext } from '../routing/index.ts';
import type { Exported } from './visibility.ts';

export interface RoutingRule extends Aged, Exported {
  /** Fully qualified, as written otherwise. */
  readonly hosts: readonly string[];
  /** `mesh`, or `namespace/name`. */
  readonly gateways: readonly string[];
  /** `gateway`: by the rules of the Gateway API: only its own and its Services' clients obey it, wildcards stay wildcards. */
  readonly semantics: 'istio' | 'gateway';
  /** HTTP routes for a class of clients, in order. */
  readonly http: (client: RouteClient, context: RuleContext) => readonly Route[];
  readonly tls: readonly TlsRule[];
  readonly tcp: readonly TcpRule[];
  /** Hosts it sends to -> ports; 0: any. `undefined` in a source namespace: any client. */
  readonly destinations: readonly RuleDestination[];
  readonly origin: MaybeOrigin;
}

/** TLS that is passed on by SNI. */
export interface TlsRule {
  readonly matches: VirtualServiceTLSRoute['match'];
  readonly route: readonly RuleTarget[];
  readonly origin: MaybeOrigin;
}

export interface TcpRule {
  readonly matches: NonNullable<VirtualServiceTCPRoute['match']>;
  readonly route: readonly RuleTarget[];
  readonly origin: MaybeOrigin;
}

export interface RuleTarget {
  readonly destination: VirtualServiceDestination;
  readonly weight: number;
  readonly origin: MaybeOrigin;
}

export interface RuleDestination {
  readonly host: string;
  readonly port: number;
  /** Namespaces of clients the rule is for; empty: any. */
  readonly sources: readonly string[];
}

// Source: istio/istio:pkg/config/validation/validation.go ValidateVirtualService and virtualservice.go at 86c9f01fd735.

import { isIP } from '../../ip.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkPortNumber } from '../checks.ts';
import {
  checkExportTo,
  checkGatewayNames,
  checkIstioLabels,
  checkIstioMetadata,
  checkSubnet,
  hostsOverlap,
  isHostSubset,
  isWildcardDomain,
} from '../istio-checks.ts';
import { checkDestination, checkTotalWeight } from './destination.ts';
import { checkReach } from './reach.ts';
import { validateHTTPRouteOfVirtualService } from './validate-http.ts';
import type { RouteDestination, VirtualServiceSpec, VirtualServiceTCPRoute, VirtualServiceTLSRoute } from './type.ts';

const mesh = 'mesh';
/** Set by istiod on what it makes of the Gateway API's routes. */
const semanticsAnnotation = 'internal.istio.io/route-semantics';

export function validateVirtualService(spec: VirtualServiceSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  const { hosts = [], gateways = [], http = [], tls = [], tcp = [], exportTo = [] } = spec;
  const isDelegate = hosts.length === 0;
  const isConverted = metadata.annotations[semanticsAnnotation] === 'gateway';
  if (isDelegate) {
    for (const field of ['gateways', 'tls', 'tcp'] as const) {
      if ((spec[field] ?? []).length > 0) report.add('istio-vs-delegate-field', ['spec', field], {}, { aim: 'key' });
    }
  }
  checkGatewayNames(report, ['spec', 'gateways'], gateways, { warns: true });
  // Bound to the mesh as well, it follows the mesh's rules.
  const appliesToGateway = gateways.length > 0 && !gateways.includes(mesh);
  const hasSni = tls.some(({ match }) => match.some(({ sniHosts }) => sniHosts.length > 0));
  checkHosts(hosts, { appliesToGateway, hasSni }, report);
  if (http.length + tls.length + tcp.length === 0) report.add('istio-vs-no-routes', ['spec'], {}, { aim: 'head' });
  for (const [index, route] of http.entries()) {
    validateHTTPRouteOfVirtualService(route, { isDelegate, appliesToGateway, isConverted }, report, [
      'spec',
      'http',
      index,
    ]);
  }
  for (const [index, route] of tls.entries())
    checkTLSRoute(route, { hosts, appliesToGateway, isConverted }, report, ['spec', 'tls', index]);
  for (const [index, route] of tcp.entries()) checkTCPRoute(route, isConverted, report, ['spec', 'tcp', index]);
  checkExportTo(report, exportTo, metadata.namespace);
  checkReach(spec, report);
}

interface Binding {
  readonly appliesToGateway: boolean;
  /** It routes TLS by the name the client asks for. */
  readonly hasSni: boolean;
}

interface HostContext {
  readonly hosts: readonly string[];
  /** Hosts of a gateway may be the SNI of a cluster. */
  readonly appliesToGateway: boolean;
  readonly isConverted: boolean;
}

/** The SNI istiod itself gives a cluster, which an east-west gateway routes by: `outbound_.80_._.host`. */
const clusterSni = /^outbound_\.[^_]*[0-9][^_]*_\.[^_]*_\.[^_]*[a-zA-Z]/;

function isHost(host: string, appliesToGateway: boolean): boolean {
  return isWildcardDomain(host) || (appliesToGateway && clusterSni.test(host));
}

function checkHosts(hosts: readonly string[], { appliesToGateway, hasSni }: Binding, report: Report): void {
  let areValid = true;
  for (const [index, host] of hosts.entries()) {
    const path = ['spec', 'hosts', index];
    if (!isHost(host, appliesToGateway && hasSni) && !isIP(host)) {
      report.add('istio-vs-host', path, { value: shown(host) });
      areValid = false;
    } else if (!appliesToGateway && host === '*') {
      report.add('istio-vs-wildcard-mesh', path, {});
      areValid = false;
    }
  }
  if (!areValid) return;
  for (const [index, host] of hosts.entries()) {
    const other = hosts.slice(0, index).find((earlier) => hostsOverlap(earlier, host));
    if (other !== undefined) report.add('istio-vs-duplicate-host', ['spec', 'hosts', index], { host, other });
  }
}

function checkTLSRoute(route: VirtualServiceTLSRoute, service: HostContext, report: Report, path: FieldPath): void {
  if (route.match.length === 0) report.add('istio-empty-list', [...path, 'match'], {}, { aim: 'key' });
  for (const [index, match] of route.match.entries()) {
    const at = [...path, 'match', index];
    if (match.sniHosts.length === 0) report.add('istio-empty-list', [...at, 'sniHosts'], {}, { aim: 'key' });
    for (const [place, sniHost] of match.sniHosts.entries())
      checkSniHost(sniHost, service, report, [...at, 'sniHosts', place]);
    checkL4Match(match, { report, warns: true }, at);
  }
  checkL4Route(route.route ?? [], service.isConverted, report, path);
}

function checkSniHost(
  sniHost: string,
  { hosts, appliesToGateway }: HostContext,
  report: Report,
  path: FieldPath,
): void {
  if (!isHost(sniHost, appliesToGateway)) {
    if (isIP(sniHost)) report.add('istio-sni-address', path, { value: sniHost });
    else report.add('istio-vs-host', path, { value: shown(sniHost) });
  } else if (!hosts.some((host) => isHostSubset(sniHost, host))) {
    report.add('istio-sni-host', path, { value: sniHost, hosts: hosts.join(', ') });
  }
}

function checkTCPRoute(route: VirtualServiceTCPRoute, isConverted: boolean, report: Report, path: FieldPath): void {
  for (const [index, match] of (route.match ?? []).entries())
    checkL4Match(match, { report, warns: false }, [...path, 'match', index]);
  checkL4Route(route.route ?? [], isConverted, report, path);
}

interface L4Match {
  readonly destinationSubnets?: readonly string[];
  readonly port?: number;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly gateways?: readonly string[];
}

/** `warns`: what istiod would warn of in a TCP match gets lost on the way. */
function checkL4Match(
  match: L4Match,
  { report, warns }: { readonly report: Report; readonly warns: boolean },
  path: FieldPath,
): void {
  for (const [index, subnet] of (match.destinationSubnets ?? []).entries())
    checkSubnet(report, [...path, 'destinationSubnets', index], subnet);
  if (match.port) checkPortNumber(report, [...path, 'port'], match.port);
  checkIstioLabels(report, [...path, 'sourceLabels'], match.sourceLabels);
  checkGatewayNames(report, [...path, 'gateways'], match.gateways ?? [], { warns });
}

function checkL4Route(
  destinations: readonly RouteDestination[],
  isConverted: boolean,
  report: Report,
  path: FieldPath,
): void {
  if (destinations.length === 0) report.add('required-field', [...path, 'route'], {}, { aim: 'head' });
  for (const [index, { destination }] of destinations.entries()) {
    if (!isConverted) checkDestination(destination, report, [...path, 'route', index, 'destination']);
  }
  checkTotalWeight(destinations, report, path);
}

// Source: istio/istio:pkg/config/validation/validation.go ValidateVirtualService and virtualservice.go at 86c9f01fd735.

import { isCidr, isIP } from '../../ip.ts';
import { isDnsLabel } from '../../names.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/check.ts';
import { checkPortNumber } from '../checks.ts';
import {
  checkGatewayNames,
  checkIstioMetadata,
  hostsOverlap,
  isHostSubset,
  isWildcardDomain,
} from '../istio-checks.ts';
import { checkDestination, checkTotalWeight, validateHTTPRouteOfVirtualService } from './validate-http.ts';
import type { RouteDestination, VirtualServiceSpec, VirtualServiceTCPRoute, VirtualServiceTLSRoute } from './type.ts';

const mesh = 'mesh';

export function validateVirtualService(spec: VirtualServiceSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  const { hosts = [], gateways = [], http = [], tls = [], tcp = [], exportTo = [] } = spec;
  const isDelegate = hosts.length === 0;
  if (isDelegate) {
    for (const field of ['gateways', 'tls', 'tcp'] as const) {
      if ((spec[field] ?? []).length > 0) report.add('istio-vs-delegate-field', ['spec', field], {}, { aim: 'key' });
    }
  }
  checkGatewayNames(report, ['spec', 'gateways'], gateways);
  const appliesToGateway = gateways.some((gateway) => gateway !== mesh);
  checkHosts(hosts, appliesToGateway, report);
  if (http.length + tls.length + tcp.length === 0) report.add('istio-vs-no-routes', ['spec'], {}, { aim: 'head' });
  for (const [index, route] of http.entries()) {
    validateHTTPRouteOfVirtualService(route, { isDelegate, appliesToGateway }, report, ['spec', 'http', index]);
  }
  for (const [index, route] of tls.entries())
    checkTLSRoute(route, { hosts, appliesToGateway }, report, ['spec', 'tls', index]);
  for (const [index, route] of tcp.entries()) checkTCPRoute(route, report, ['spec', 'tcp', index]);
  checkExportTo(exportTo, metadata.namespace, report);
  checkReach(spec, report);
}

interface HostContext {
  readonly hosts: readonly string[];
  /** Hosts of a gateway may be the SNI of a cluster. */
  readonly appliesToGateway: boolean;
}

/** The SNI istiod itself gives a cluster, which an east-west gateway routes by: `outbound_.80_._.host`. */
const clusterSni = /^outbound_\.[^_]*[0-9][^_]*_\.[^_]*_\.[^_]*[a-zA-Z]/;

function isHost(host: string, appliesToGateway: boolean): boolean {
  return isWildcardDomain(host) || (appliesToGateway && clusterSni.test(host));
}

function checkHosts(hosts: readonly string[], appliesToGateway: boolean, report: Report): void {
  let areValid = true;
  for (const [index, host] of hosts.entries()) {
    const path = ['spec', 'hosts', index];
    if (!isHost(host, appliesToGateway) && !isIP(host)) {
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
    checkL4Match(match, report, at);
  }
  checkL4Route(route.route ?? [], report, path);
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

function checkTCPRoute(route: VirtualServiceTCPRoute, report: Report, path: FieldPath): void {
  for (const [index, match] of (route.match ?? []).entries()) checkL4Match(match, report, [...path, 'match', index]);
  checkL4Route(route.route ?? [], report, path);
}

interface L4Match {
  readonly destinationSubnets?: readonly string[];
  readonly port?: number;
  readonly sourceNamespace?: string;
  readonly gateways?: readonly string[];
}

function checkL4Match(match: L4Match, report: Report, path: FieldPath): void {
  for (const [index, subnet] of (match.destinationSubnets ?? []).entries()) {
    if (!isIP(subnet) && !isCidr(subnet))
      report.add('istio-address', [...path, 'destinationSubnets', index], { value: shown(subnet) });
  }
  if (match.port) checkPortNumber(report, [...path, 'port'], match.port);
  checkGatewayNames(report, [...path, 'gateways'], match.gateways ?? []);
}

function checkL4Route(destinations: readonly RouteDestination[], report: Report, path: FieldPath): void {
  if (destinations.length === 0) report.add('required-field', [...path, 'route'], {}, { aim: 'head' });
  for (const [index, { destination }] of destinations.entries()) {
    checkDestination(destination, report, [...path, 'route', index, 'destination']);
  }
  checkTotalWeight(destinations, report, path);
}

/** `.`, `*`, or the name of a namespace; `*` and `.` say everything already. */
function checkExportTo(exportTo: readonly string[], namespace: string, report: Report): void {
  const seen = new Set<string>();
  for (const [index, entry] of exportTo.entries()) {
    const name = entry === '.' ? namespace : entry;
    const path = ['spec', 'exportTo', index];
    if (seen.has(name)) report.add('duplicate-value', path, { value: entry });
    else if (entry !== '*' && entry !== '.' && entry !== '~' && !isDnsLabel(entry)) {
      report.add('not-dns-label', path, { value: shown(entry) });
    }
    if ((entry === '*' || entry === '~') && exportTo.length > 1) report.add('istio-export-to', path, { value: entry });
    seen.add(name);
  }
}

/** A rule without a match catches everything: what follows it is never asked. */
function checkReach({ http = [], tcp = [] }: VirtualServiceSpec, report: Report): void {
  for (const [field, routes] of [
    ['http', http],
    ['tcp', tcp],
  ] as const) {
    const first = routes.findIndex((route) => (route.match ?? []).length === 0);
    if (first === -1) continue;
    for (let index = first + 1; index < routes.length; index += 1) {
      report.add('istio-vs-unreachable', ['spec', field, index], { rule: first + 1 }, { aim: 'head' });
    }
  }
}

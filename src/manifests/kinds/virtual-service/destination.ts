// Where a route sends what it matches, and in which shares.
// Source: istio/istio:pkg/config/validation/validation.go validateDestination, validateRouteDestinations at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkPortNumber } from '../checks.ts';
import { checkSubsetName, isWildcardDomain } from '../istio-checks.ts';
import type { RouteDestination, VirtualServiceDestination } from './type.ts';

/** `path` is the rule's. */
export function checkTotalWeight(route: readonly RouteDestination[], report: Report, path: FieldPath): void {
  for (const [index, { weight = 0 }] of route.entries()) {
    if (weight < 0) report.add('too-small', [...path, 'route', index, 'weight'], { value: weight, limit: 0 });
  }
  const total = route.reduce((sum, { weight = 0 }) => sum + weight, 0);
  if (route.length > 1 && total === 0) report.add('istio-vs-weight-zero', [...path, 'route'], {}, { aim: 'key' });
}

export function checkDestination(destination: VirtualServiceDestination, report: Report, path: FieldPath): void {
  const { host, subset, port } = destination;
  if (host === '*' || !isWildcardDomain(host)) report.add('istio-vs-host', [...path, 'host'], { value: shown(host) });
  if (subset) checkSubsetName(report, [...path, 'subset'], subset);
  if (port) checkPortNumber(report, [...path, 'port', 'number'], port.number ?? 0);
}

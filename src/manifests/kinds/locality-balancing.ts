// Which places a client prefers. Localities are `region/zone/subzone`, from the widest to the narrowest; `*` stands for the rest.
// Source: istio/istio:pkg/config/validation/agent/validation.go ValidateLocalityLbSetting, ValidateZoneAwareLbSetting at 86c9f01fd735.

import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/wrong-value.ts';

export interface LocalityBalancing {
  readonly enabled?: boolean;
  readonly distribute?: readonly { readonly from?: string; readonly to?: Readonly<Record<string, number>> }[];
  readonly failover?: readonly { readonly from?: string; readonly to?: string }[];
  readonly failoverPriority?: readonly string[];
}

export interface BalancingContext {
  readonly report: Report;
  /** Without it nothing is ever found unhealthy, and no client fails over. */
  readonly hasOutlierDetection: boolean;
}

const topologyLabels = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'];

export function checkLocalityBalancing(setting: LocalityBalancing, context: BalancingContext, path: FieldPath): void {
  const { report } = context;
  const { distribute = [], failover = [], failoverPriority = [] } = setting;
  if (distribute.length > 0 && failover.length > 0) {
    report.add('not-together', [...path, 'failover'], { other: 'distribute' }, { aim: 'key' });
    return;
  }
  const topology = failoverPriority.findIndex((label) => topologyLabels.includes(label));
  if (failover.length > 0 && topology !== -1) {
    const value = failoverPriority[topology] ?? '';
    report.add('istio-failover-topology', [...path, 'failoverPriority', topology], { value });
    return;
  }
  for (const [index, { to = {} }] of distribute.entries())
    checkShares(to, report, [...path, 'distribute', index, 'to']);
  const sources = distribute.map(({ from = '' }, index) => ({
    locality: from,
    path: [...path, 'distribute', index, 'from'],
  }));
  checkLocalities(sources, 'value', report);
  checkFailover(setting, context, path);
}

/** Where Envoy itself orders the zones: labels of the topology have no place in the order. */
export function checkZoneAwareBalancing(setting: LocalityBalancing, context: BalancingContext, path: FieldPath): void {
  for (const [index, label] of (setting.failoverPriority ?? []).entries()) {
    if (topologyLabels.includes(label))
      context.report.add('istio-failover-topology', [...path, 'failoverPriority', index], { value: label });
  }
  checkFailover(setting, context, path);
}

function checkFailover(
  { failover = [], failoverPriority = [] }: LocalityBalancing,
  { report, hasOutlierDetection }: BalancingContext,
  path: FieldPath,
): void {
  if ((failover.length > 0 || failoverPriority.length > 0) && !hasOutlierDetection) {
    const field = failover.length > 0 ? 'failover' : 'failoverPriority';
    report.add('istio-failover-outlier', [...path, field], {}, { aim: 'key' });
  }
  for (const [index, { from = '', to = '' }] of failover.entries()) {
    const at = [...path, 'failover', index];
    if (from === to) report.add('istio-failover-same', at, { value: shown(from) }, { aim: 'head' });
    for (const [field, region] of [
      ['from', from],
      ['to', to],
    ] as const) {
      if (/[/*]/.test(region)) report.add('istio-failover-region', [...at, field], { value: shown(region) });
    }
  }
}

/** Shares of one source: each 1 to 100, together 100. */
function checkShares(shares: Readonly<Record<string, number>>, report: Report, path: FieldPath): void {
  for (const [locality, weight] of Object.entries(shares)) {
    if (weight < 1 || weight > 100) report.add('istio-locality-weight', [...path, locality], { value: weight });
  }
  const total = Object.values(shares).reduce((sum, weight) => sum + weight, 0);
  if (total !== 100) report.add('istio-locality-total', path, { total }, { aim: 'key' });
  const places = Object.keys(shares).map((locality) => ({ locality, path: [...path, locality] }));
  checkLocalities(places, 'key', report);
}

interface PlacedLocality {
  readonly locality: string;
  readonly path: FieldPath;
}

/** No locality may hold another of the same list. */
function checkLocalities(localities: readonly PlacedLocality[], aim: 'key' | 'value', report: Report): void {
  const earlier: (readonly string[])[] = [];
  for (const { locality, path } of localities) {
    const parts = partsOf(locality);
    if (!parts) report.add('istio-locality-form', path, { value: shown(locality) }, { aim });
    else if (earlier.some((other) => overlap(other, parts)))
      report.add('istio-locality-overlap', path, { value: shown(locality) }, { aim });
    if (parts) earlier.push(parts);
  }
}

/** Undefined when a part is empty, or a wildcard stands elsewhere than at the end. */
function partsOf(locality: string): readonly string[] | undefined {
  const star = locality.indexOf('*');
  if (star !== -1 && star !== locality.length - 1) return undefined;
  const [region = '', zone, ...rest] = locality.split('/');
  const parts = [region, ...(zone === undefined ? [] : [zone]), ...(rest.length > 0 ? [rest.join('/')] : [])];
  return parts.includes('') ? undefined : parts;
}

/** A wildcard after others stands for what they leave. */
function overlap(earlier: readonly string[], later: readonly string[]): boolean {
  return covers(earlier, later) || (later.at(-1) !== '*' && covers(later, earlier));
}

function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  for (const [index, part] of wide.entries()) {
    if (part === '*') return true;
    if (part !== narrow[index]) return false;
  }
  return true;
}

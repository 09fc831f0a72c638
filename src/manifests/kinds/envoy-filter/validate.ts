// Patches to the configuration of Envoy. What a patch says in Envoy's own words is not checked, but for types of its v2 API, which is gone.
// Source: istio/istio:pkg/config/validation/envoyfilter/envoyfilter.go at 86c9f01fd735.

import { entries, isArray, isObject, type JsonValue } from '../../json.ts';
import { isRe2 } from '../../re2-syntax.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkIstioMetadata, checkNetworkingSelector } from '../istio-checks.ts';
import { currentFilterName } from './filter-names.ts';
import type { EnvoyConfigPatch, EnvoyFilterMatch, EnvoyFilterSpec } from './type.ts';

const versionMax = 1_024;
const connectionManagers = ['envoy.filters.network.http_connection_manager', 'envoy.http_connection_manager'];

export function validateEnvoyFilter(spec: EnvoyFilterSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  report.add('istio-envoy-filter', ['kind'], {});
  checkNetworkingSelector(report, ['spec', 'workloadSelector'], spec.workloadSelector);
  for (const [index, patch] of (spec.configPatches ?? []).entries()) {
    // istiod does not look into patches for waypoints yet.
    if (patch.match?.context !== 'WAYPOINT') checkConfigPatch(patch, report, ['spec', 'configPatches', index]);
  }
}

/** As istiod does, stops at the first mistake of a patch. */
function checkConfigPatch({ applyTo, match, patch }: EnvoyConfigPatch, report: Report, path: FieldPath): void {
  const missing = (...field: string[]): void => {
    report.add('required-field', [...path, ...field], {}, { aim: 'head' });
  };
  if (isUnset(applyTo)) missing('applyTo');
  else if (!patch) missing('patch');
  else if (isUnset(patch.operation)) missing('patch', 'operation');
  else if (patch.operation !== 'REMOVE' && !patch.value) missing('patch', 'value');
  else if (checkVersion(match?.proxy?.proxyVersion ?? '', report, [...path, 'match', 'proxy', 'proxyVersion'])) {
    checkMatch({ applyTo, match }, report, [...path, 'match']);
    checkTypes(patch.value ?? {}, report, [...path, 'patch', 'value']);
  }
}

function isUnset(name: string | undefined): name is undefined | 'INVALID' {
  return name === undefined || name === 'INVALID';
}

function checkVersion(version: string, report: Report, path: FieldPath): boolean {
  if (version.length > versionMax) {
    report.add('istio-proxy-version-long', path, { length: version.length, limit: versionMax });
    return true;
  }
  const isFine = isRe2(version);
  if (!isFine) report.add('bad-regex', path, { value: shown(version) });
  return isFine;
}

/** Which field of `match` belongs to what is patched. */
const matchFields: ReadonlyMap<string, 'listener' | 'routeConfiguration' | 'cluster'> = new Map([
  ['LISTENER', 'listener'],
  ['FILTER_CHAIN', 'listener'],
  ['NETWORK_FILTER', 'listener'],
  ['HTTP_FILTER', 'listener'],
  ['ROUTE_CONFIGURATION', 'routeConfiguration'],
  ['VIRTUAL_HOST', 'routeConfiguration'],
  ['HTTP_ROUTE', 'routeConfiguration'],
  ['CLUSTER', 'cluster'],
]);

interface Patched {
  readonly applyTo: string;
  readonly match: EnvoyConfigPatch['match'];
}

function checkMatch({ applyTo, match = {} }: Patched, report: Report, path: FieldPath): void {
  const wanted = matchFields.get(applyTo);
  const written = (['listener', 'routeConfiguration', 'cluster', 'waypoint'] as const).find((field) => match[field]);
  if (wanted && written && wanted !== written) {
    report.add('istio-envoy-match', [...path, written], { applyTo, wanted }, { aim: 'key' });
    return;
  }
  const filter = match.listener?.filterChain?.filter;
  if (wanted === 'listener' && filter)
    checkFilter(filter, applyTo, report, [...path, 'listener', 'filterChain', 'filter']);
}

function checkFilter(
  { name = '', subFilter }: EnvoyFilterMatch,
  applyTo: string,
  report: Report,
  path: FieldPath,
): void {
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') {
    report.add('istio-envoy-filter-match', path, { applyTo }, { aim: 'key' });
  }
  if (name === '') {
    report.add('required-field', [...path, 'name'], {}, { aim: 'head' });
    return;
  }
  checkFilterName(name, report, [...path, 'name']);
  if (!subFilter) return;
  const at = [...path, 'subFilter'];
  if (applyTo !== 'HTTP_FILTER' || !connectionManagers.includes(name)) {
    report.add('istio-envoy-sub-filter', at, { manager: connectionManagers[0] ?? '' }, { aim: 'key' });
  } else if (!subFilter.name) {
    report.add('required-field', [...at, 'name'], {}, { aim: 'head' });
  } else {
    checkFilterName(subFilter.name, report, [...at, 'name']);
  }
}

function checkFilterName(name: string, report: Report, path: FieldPath): void {
  const instead = currentFilterName(name);
  if (instead === undefined) return;
  report.add('istio-deprecated', path, { instead }, { fix: { title: 'fix-replace', text: instead } });
}

/** Every `@type` inside a patch. */
function checkTypes(value: JsonValue, report: Report, path: FieldPath): void {
  if (isArray(value)) {
    for (const [index, item] of value.entries()) checkTypes(item, report, [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of entries(value)) {
      if (key === '@type' && typeof item === 'string' && item.includes('.v2.')) {
        report.add('istio-envoy-v2', [...path, key], { value: shown(item) });
      } else {
        checkTypes(item, report, [...path, key]);
      }
    }
  }
}

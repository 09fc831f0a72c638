// The rules of the HTTPRoute CRD that no structural schema can say; upstream writes them in CEL.
// Source: kubernetes-sigs/gateway-api:apis/v1/httproute_types.go and shared_types.go (x-kubernetes-validations) at 4564255ac2c3, standard channel.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { durationMs } from '../istio-checks.ts';
import { isRe2 } from '../../re2-syntax.ts';
import type {
  HTTPBackendRef,
  HTTPPathModifier,
  HTTPRouteFilter,
  HTTPRouteMatch,
  HTTPRouteRule,
  HTTPRouteSpec,
} from './type.ts';
import type { ParentReference } from '../gateway-api.ts';

/** Matches of all rules together. */
const matchesMax = 128;

export function validateHTTPRoute(spec: HTTPRouteSpec, report: Report, _metadata: ObjectMeta): void {
  checkParents(spec.parentRefs ?? [], report);
  const { rules } = spec;
  const count = rules.reduce((sum, rule) => sum + rule.matches.length, 0);
  if (count > matchesMax) report.add('too-many-items', ['spec', 'rules'], { count, limit: matchesMax }, { aim: 'key' });
  for (const [index, rule] of rules.entries()) checkRule(rule, report, ['spec', 'rules', index]);
  const names = new Set<string>();
  for (const [index, { name }] of rules.entries()) {
    if (name === undefined) continue;
    if (names.has(name)) report.add('duplicate-value', ['spec', 'rules', index, 'name'], { value: name });
    names.add(name);
  }
}

/** Two references to one parent must each name a section or a port, and not the same. */
function checkParents(parents: readonly ParentReference[], report: Report): void {
  const seen = new Map<string, { whole: boolean; parts: Set<string> }>();
  for (const [index, parent] of parents.entries()) {
    const key = `${parent.group}/${parent.kind}/${parent.namespace ?? ''}/${parent.name}`;
    const part = `${parent.sectionName ?? ''}/${parent.port ?? ''}`;
    const earlier = seen.get(key) ?? { whole: false, parts: new Set<string>() };
    const at = ['spec', 'parentRefs', index];
    if (earlier.parts.has(part)) report.add('duplicate-value', at, { value: parent.name }, { aim: 'head' });
    else if (earlier.parts.size > 0 && (earlier.whole || part === '/'))
      report.add('parent-section-missing', at, { name: parent.name }, { aim: 'head' });
    earlier.parts.add(part);
    seen.set(key, { whole: earlier.whole || part === '/', parts: earlier.parts });
  }
}

function checkRule(rule: HTTPRouteRule, report: Report, path: FieldPath): void {
  for (const [index, match] of rule.matches.entries()) checkMatch(match, report, [...path, 'matches', index]);
  checkFilters(rule.filters ?? [], rule, report, [...path, 'filters']);
  for (const [index, backend] of (rule.backendRefs ?? []).entries()) {
    const at = [...path, 'backendRefs', index];
    checkBackend(backend, report, at);
    checkFilters(backend.filters ?? [], rule, report, [...at, 'filters']);
  }
  const redirect = (rule.filters ?? []).findIndex((filter) => filter.type === 'RequestRedirect');
  if (redirect !== -1 && (rule.backendRefs ?? []).length > 0) {
    report.add('redirect-with-backends', [...path, 'backendRefs'], {}, { aim: 'key' });
  }
  checkTimeouts(rule, report, path);
}

function checkTimeouts({ timeouts }: HTTPRouteRule, report: Report, path: FieldPath): void {
  const request = timeouts?.request === undefined ? undefined : durationMs(timeouts.request);
  const backend = timeouts?.backendRequest === undefined ? undefined : durationMs(timeouts.backendRequest);
  if (request === undefined || request === 0 || backend === undefined || backend <= request) return;
  const params = { value: timeouts?.backendRequest ?? '', limit: timeouts?.request ?? '' };
  report.add('backend-timeout-longer', [...path, 'timeouts', 'backendRequest'], params);
}

const forbiddenInPath = /\/\/|\/\.\/|\/\.\.\/|%2f|%2F|#|\/\.\.$|\/\.$/;
const pathCharacters = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

function checkMatch(
  { path: match, headers = [], queryParams = [] }: HTTPRouteMatch,
  report: Report,
  path: FieldPath,
): void {
  const at = [...path, 'path', 'value'];
  if (match.type === 'RegularExpression') {
    if (!isRe2(match.value)) report.add('bad-regex', at, { value: shown(match.value) });
  } else if (!match.value.startsWith('/')) {
    report.add('path-not-absolute', at, { value: shown(match.value), type: match.type });
  } else if (forbiddenInPath.test(match.value) || !pathCharacters.test(match.value)) {
    report.add('path-characters', at, { value: shown(match.value), type: match.type });
  }
  for (const [field, list] of [
    ['headers', headers],
    ['queryParams', queryParams],
  ] as const) {
    for (const [index, item] of list.entries()) {
      if (item.type === 'RegularExpression' && !isRe2(item.value)) {
        report.add('bad-regex', [...path, field, index, 'value'], { value: shown(item.value) });
      }
    }
  }
}

function checkBackend({ group, kind, port }: HTTPBackendRef, report: Report, path: FieldPath): void {
  if (group === '' && kind === 'Service' && port === undefined)
    report.add('required-field', [...path, 'port'], {}, { aim: 'head' });
}

/** Which field belongs to which type. */
const filterFields: ReadonlyMap<string, string> = new Map([
  ['RequestHeaderModifier', 'requestHeaderModifier'],
  ['ResponseHeaderModifier', 'responseHeaderModifier'],
  ['RequestMirror', 'requestMirror'],
  ['RequestRedirect', 'requestRedirect'],
  ['URLRewrite', 'urlRewrite'],
  ['CORS', 'cors'],
  ['ExternalAuth', 'externalAuth'],
  ['ExtensionRef', 'extensionRef'],
]);
const repeatable = new Set(['RequestMirror', 'ExtensionRef']);

function checkFilters(filters: readonly HTTPRouteFilter[], rule: HTTPRouteRule, report: Report, path: FieldPath): void {
  const seen = new Set<string>();
  for (const [index, filter] of filters.entries()) {
    const at = [...path, index];
    if (seen.has(filter.type) && !repeatable.has(filter.type))
      report.add('duplicate-value', [...at, 'type'], { value: filter.type });
    seen.add(filter.type);
    checkUnion(filter, report, at);
    checkPathModifier(filter, rule, report, at);
    if (filter.type === 'RequestMirror') checkMirror(filter, report, at);
  }
  if (seen.has('RequestRedirect') && seen.has('URLRewrite')) {
    report.add('not-together', path, { other: 'RequestRedirect, URLRewrite' }, { aim: 'key' });
  }
}

/** A filter has the field its type names, and no other type's. */
function checkUnion(filter: HTTPRouteFilter, report: Report, path: FieldPath): void {
  for (const [type, field] of filterFields) {
    const isSet = field in filter;
    if (type === filter.type && !isSet) report.add('required-field', [...path, field], {}, { aim: 'head' });
    if (type !== filter.type && isSet)
      report.add('not-together', [...path, field], { other: `type: ${filter.type}` }, { aim: 'key' });
  }
}

function checkPathModifier(filter: HTTPRouteFilter, rule: HTTPRouteRule, report: Report, path: FieldPath): void {
  const field = filter.type === 'URLRewrite' ? 'urlRewrite' : 'requestRedirect';
  const modifier = modifierOf(filter);
  if (!modifier) return;
  const at = [...path, field, 'path'];
  const [wanted, other] =
    modifier.type === 'ReplaceFullPath'
      ? (['replaceFullPath', 'replacePrefixMatch'] as const)
      : (['replacePrefixMatch', 'replaceFullPath'] as const);
  if (!(wanted in modifier)) report.add('required-field', [...at, wanted], {}, { aim: 'head' });
  if (other in modifier)
    report.add('not-together', [...at, other], { other: `type: ${modifier.type}` }, { aim: 'key' });
  const [only, ...more] = rule.matches;
  if (modifier.type === 'ReplacePrefixMatch' && (more.length > 0 || only?.path.type !== 'PathPrefix')) {
    report.add('prefix-replace-needs-prefix', [...at, 'type'], {});
  }
}

function modifierOf(filter: HTTPRouteFilter): HTTPPathModifier | undefined {
  // The field of the type may still be missing: checkUnion says so.
  if (filter.type === 'URLRewrite') return (filter.urlRewrite as typeof filter.urlRewrite | undefined)?.path;
  if (filter.type === 'RequestRedirect')
    return (filter.requestRedirect as typeof filter.requestRedirect | undefined)?.path;
  return undefined;
}

function checkMirror(
  filter: Extract<HTTPRouteFilter, { type: 'RequestMirror' }>,
  report: Report,
  path: FieldPath,
): void {
  const mirror = filter.requestMirror as typeof filter.requestMirror | undefined; // may still be missing
  if (mirror && 'percent' in mirror && 'fraction' in mirror) {
    report.add('not-together', [...path, 'requestMirror', 'fraction'], { other: 'percent' }, { aim: 'key' });
  }
}

// Source: istio/istio:pkg/config/validation/validation.go ValidateAuthorizationPolicy and pkg/config/security/security.go at 86c9f01fd735.

import { isCidr, isIP } from '../../ip.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { portMax } from '../checks.ts';
import { checkIstioMetadata } from '../istio-checks.ts';
import { checkTargets } from '../policy-targets.ts';
import type {
  AuthorizationAction,
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicySpec,
  AuthorizationRule,
  AuthorizationSource,
} from './type.ts';

const dryRun = 'istio.io/dry-run';

export function validateAuthorizationPolicy(spec: AuthorizationPolicySpec, report: Report, metadata: ObjectMeta): void {
  const action = spec.action ?? 'ALLOW';
  checkIstioMetadata(report, metadata, true);
  checkDryRun(report, metadata, action);
  checkTargets(spec, report);
  const path = ['spec', 'rules'];
  if ((action === 'DENY' || action === 'CUSTOM') && spec.rules === undefined) {
    report.add('istio-authz-rules-missing', path, { action }, { aim: 'head' });
  }
  if (action === 'CUSTOM' && spec.rules !== undefined && !spec.provider?.name) {
    report.add('istio-authz-provider-missing', ['spec', 'provider', 'name'], {}, { aim: 'head' });
  }
  if (action !== 'CUSTOM' && spec.provider !== undefined) {
    report.add('istio-authz-provider-action', ['spec', 'provider'], { action }, { aim: 'key' });
  }
  for (const [index, rule] of (spec.rules ?? []).entries()) checkRule(rule, action, report, [...path, index]);
}

function checkDryRun(report: Report, { annotations }: ObjectMeta, action: AuthorizationAction): void {
  const value = annotations[dryRun];
  if (value === undefined) return;
  const path = ['metadata', 'annotations', dryRun];
  if (action !== 'ALLOW' && action !== 'DENY') report.add('istio-dry-run-action', path, { action }, { aim: 'key' });
  else if (!/^(?:[01tfTF]|true|false|TRUE|FALSE|True|False)$/.test(value))
    report.add('istio-dry-run-value', path, { value });
}

// ---- Rules --------------------------------------------------------------------------------------------------------

function checkRule(rule: AuthorizationRule, action: AuthorizationAction, report: Report, path: FieldPath): void {
  for (const part of ['from', 'to'] as const) {
    if (rule[part]?.length === 0) report.add('istio-empty-list', [...path, part], {}, { aim: 'key' });
  }
  for (const [index, { source }] of (rule.from ?? []).entries()) {
    const at = [...path, 'from', index, 'source'];
    if (source) checkSource(source, action, report, at);
    else report.add('required-field', at, {}, { aim: 'head' });
  }
  for (const [index, { operation }] of (rule.to ?? []).entries()) {
    const at = [...path, 'to', index, 'operation'];
    if (operation) checkOperation(operation, report, at);
    else report.add('required-field', at, {}, { aim: 'head' });
  }
  for (const [index, condition] of (rule.when ?? []).entries()) {
    checkCondition(condition, action, report, [...path, 'when', index]);
  }
  if (action === 'DENY') checkDenyReach(rule, report, path);
}

const identityFields = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces'] as const;
const accountFields = ['serviceAccounts', 'notServiceAccounts'] as const;
const domainFields = ['trustDomains', 'notTrustDomains'] as const;
const requestFields = ['requestPrincipals', 'notRequestPrincipals'] as const;
const addressFields = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'] as const;
const sourceFields = [...identityFields, ...accountFields, ...domainFields, ...requestFields, ...addressFields];
/** Identities an external authorizer is asked before they are known. */
const notForCustom = [...identityFields, ...accountFields, ...domainFields, ...requestFields];

function checkSource(source: AuthorizationSource, action: AuthorizationAction, report: Report, path: FieldPath): void {
  const written = sourceFields.filter((field) => (source[field] ?? []).length > 0);
  if (written.length === 0) report.add('istio-authz-empty', path, {}, { aim: 'key' });
  const account = accountFields.find((field) => written.includes(field));
  if (account && identityFields.some((field) => written.includes(field))) {
    report.add('istio-authz-identity-mix', [...path, account], {}, { aim: 'key' });
  }
  if (action === 'CUSTOM') {
    for (const field of notForCustom) {
      if (written.includes(field))
        report.add('istio-authz-custom-field', [...path, field], { name: field }, { aim: 'key' });
    }
  }
  for (const field of addressFields) checkAddresses(source[field], report, [...path, field]);
  for (const field of accountFields) checkServiceAccounts(source[field], report, [...path, field]);
  for (const field of domainFields) checkTrustDomains(source[field], report, [...path, field]);
  for (const field of [...identityFields, ...requestFields]) checkNotEmpty(source[field], report, [...path, field]);
}

const portFields = ['ports', 'notPorts'] as const;
const pathFields = ['paths', 'notPaths'] as const;
const otherOperationFields = ['hosts', 'notHosts', 'methods', 'notMethods'] as const;
const operationFields = [...portFields, ...pathFields, ...otherOperationFields];

function checkOperation(operation: AuthorizationOperation, report: Report, path: FieldPath): void {
  const isEmpty = operationFields.every((field) => (operation[field] ?? []).length === 0);
  if (isEmpty) report.add('istio-authz-empty', path, {}, { aim: 'key' });
  for (const field of portFields) checkPorts(operation[field], report, [...path, field]);
  for (const field of [...pathFields, ...otherOperationFields])
    checkNotEmpty(operation[field], report, [...path, field]);
  for (const field of pathFields) checkPathTemplates(operation[field], report, [...path, field]);
}

/** A DENY rule with nothing but HTTP fields denies every connection of a TCP port, because there is no request to look at. */
function checkDenyReach({ from = [], to = [] }: AuthorizationRule, report: Report, path: FieldPath): void {
  const tcpFields = [...identityFields, ...accountFields, ...addressFields];
  const hasTcpFrom = from.some(({ source }) => source && tcpFields.some((field) => source[field] !== undefined));
  const hasTcpTo = to.some(({ operation }) => operation && portFields.some((field) => operation[field] !== undefined));
  const hasFrom = from.some(({ source }) => source !== undefined);
  const hasTo = to.some(({ operation }) => operation !== undefined);
  if ((hasFrom && !hasTo && !hasTcpFrom) || (hasTo && !hasTcpTo)) {
    report.add('istio-authz-deny-tcp', path, {}, { aim: 'head' });
  }
}

// ---- Conditions ---------------------------------------------------------------------------------------------------

type ValueCheck = (values: readonly string[] | undefined, report: Report, path: FieldPath) => void;

/** Keys of `when` and what their values must be. */
const conditionKeys: ReadonlyMap<string, ValueCheck> = new Map<string, ValueCheck>([
  ['source.ip', checkAddresses],
  ['remote.ip', checkAddresses],
  ['source.namespace', checkNotEmpty],
  ['source.serviceAccount', checkServiceAccounts],
  ['source.principal', checkNotEmpty],
  ['source.trustDomain', checkWildcards],
  ['request.auth.principal', checkNotEmpty],
  ['request.auth.audiences', checkNotEmpty],
  ['request.auth.presenter', checkNotEmpty],
  ['destination.ip', checkAddresses],
  ['destination.port', checkPorts],
  ['connection.sni', checkNotEmpty],
]);
/** Keys that name one of many: `request.headers[x-user]`. */
const keyedPrefixes = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'];

function checkCondition(
  condition: AuthorizationCondition,
  action: AuthorizationAction,
  report: Report,
  path: FieldPath,
): void {
  const { key, values, notValues } = condition;
  if (key === '') {
    report.add('istio-empty-value', [...path, 'key'], {});
    return;
  }
  const isIdentity =
    key.startsWith('request.auth.') || /^source\.(?:namespace|serviceAccount|trustDomain|principal)$/.test(key);
  if (action === 'CUSTOM' && isIdentity) report.add('istio-authz-custom-field', [...path, 'key'], { name: key });
  if ((values ?? []).length + (notValues ?? []).length === 0) {
    report.add('istio-authz-condition-values', path, { key }, { aim: 'head' });
    return;
  }
  const check = checkOfCondition(key);
  if (!check) {
    report.add('istio-authz-condition-key', [...path, 'key'], { key: shown(key) });
    return;
  }
  check(values, report, [...path, 'values']);
  check(notValues, report, [...path, 'notValues']);
}

function checkOfCondition(key: string): ValueCheck | undefined {
  if (!keyedPrefixes.some((prefix) => key.startsWith(prefix))) return conditionKeys.get(key);
  const open = key.indexOf('[');
  return key.endsWith(']') && open > 0 && open < key.length - 2 ? checkNotEmpty : undefined;
}

// ---- Values -------------------------------------------------------------------------------------------------------

function checkNotEmpty(values: readonly string[] | undefined, report: Report, path: FieldPath): void {
  forEach(values, (value, index) => {
    if (value === '') report.add('istio-empty-value', [...path, index], {});
  });
}

function checkAddresses(values: readonly string[] | undefined, report: Report, path: FieldPath): void {
  forEach(values, (value, index) => {
    if (!isIP(value) && !isCidr(value)) report.add('istio-address', [...path, index], { value: shown(value) });
  });
}

function checkPorts(values: readonly string[] | undefined, report: Report, path: FieldPath): void {
  forEach(values, (value, index) => {
    if (!/^[0-9]+$/.test(value) || Number(value) > portMax)
      report.add('port-out-of-range', [...path, index], { value: shown(value) });
  });
}

function checkServiceAccounts(values: readonly string[] | undefined, report: Report, path: FieldPath): void {
  forEach(values, (value, index) => {
    if (!/^[^/*]+(?:\/[^/*]+)?$/.test(value) || value.length > 320) {
      report.add('istio-service-account', [...path, index], { value: shown(value) });
    }
  });
  if ((values ?? []).length > 16)
    report.add('too-many-items', path, { count: (values ?? []).length, limit: 16 }, { aim: 'key' });
}

function checkTrustDomains(values: readonly string[] | undefined, report: Report, path: FieldPath): void {
  checkWildcards(values, report, path);
  forEach(values, (value, index) => {
    if (value.includes('/')) report.add('istio-trust-domain', [...path, index], { value: shown(value) });
  });
}

/** Exact, `prefix*`, `*suffix` or `*`. */
function checkWildcards(values: readonly string[] | undefined, report: Report, path: FieldPath): void {
  checkNotEmpty(values, report, path);
  forEach(values, (value, index) => {
    if (!/^(?:\*?[^*]*|[^*]*\*)$/.test(value)) report.add('istio-wildcard', [...path, index], { value: shown(value) });
  });
}

/** `{*}` stands for one segment, `{**}` for any number of last ones; nothing else may hold a brace. */
function checkPathTemplates(values: readonly string[] | undefined, report: Report, path: FieldPath): void {
  forEach(values, (value, index) => {
    const isTemplate = value.includes('{*}') || value.includes('{**}');
    const segments = value.replace(/^\/+|\/+$/g, '').split('/');
    const anyAt = segments.indexOf('{**}');
    const isFine = segments.every((segment, at) => {
      if (segment === '{*}' || segment === '{**}') return anyAt === -1 || at <= anyAt;
      if (/[{}]/.test(segment)) return false;
      return !isTemplate || /^[-a-zA-Z0-9._~%!$&'()+,;:@=]+$/.test(segment);
    });
    if (!isFine) report.add('istio-path-template', [...path, index], { value: shown(value) });
  });
}

function forEach(values: readonly string[] | undefined, visit: (value: string, index: number) => void): void {
  for (const [index, value] of (values ?? []).entries()) visit(value, index);
}

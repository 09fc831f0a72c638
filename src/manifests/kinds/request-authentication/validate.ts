// Source: istio/istio:pkg/config/validation/validation.go ValidateRequestAuthentication, validateJwtRule at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkDuration, checkIstioMetadata } from '../istio-checks.ts';
import { checkTargets } from '../policy-targets.ts';
import { parseUrl } from '../url.ts';
import { readKeySet } from './key-set.ts';
import type { JwtRule, RequestAuthenticationSpec } from './type.ts';

export function validateRequestAuthentication(
  spec: RequestAuthenticationSpec,
  report: Report,
  metadata: ObjectMeta,
): void {
  checkIstioMetadata(report, metadata);
  checkTargets(spec, report);
  for (const [index, rule] of (spec.jwtRules ?? []).entries()) checkRule(rule, report, ['spec', 'jwtRules', index]);
}

function checkRule(rule: JwtRule, report: Report, path: FieldPath): void {
  const { issuer, jwksUri = '', jwks_uri: oldUri = '', jwks, timeout } = rule;
  if (!issuer && !jwksUri && !oldUri) report.add('required-field', [...path, 'issuer'], {}, { aim: 'head' });
  for (const [field, uri] of [
    ['jwksUri', jwksUri],
    ['jwks_uri', oldUri],
  ] as const) {
    if (uri !== '') checkKeySetUri(uri, report, [...path, field]);
  }
  if (jwks) checkKeySet(jwks, report, [...path, 'jwks']);
  for (const field of ['audiences', 'fromParams', 'fromCookies'] as const) {
    for (const [index, value] of (rule[field] ?? []).entries()) {
      if (value === '') report.add('istio-empty-value', [...path, field, index], {});
    }
  }
  for (const [index, { name }] of (rule.fromHeaders ?? []).entries()) {
    if (name === '') report.add('istio-empty-value', [...path, 'fromHeaders', index, 'name'], {});
  }
  checkOutputs(rule, report, [...path, 'outputClaimToHeaders']);
  if (timeout !== undefined) checkDuration(report, [...path, 'timeout'], timeout);
}

function checkOutputs({ outputClaimToHeaders = [] }: JwtRule, report: Report, path: FieldPath): void {
  for (const [index, { header, claim }] of outputClaimToHeaders.entries()) {
    if (claim === '') report.add('istio-empty-value', [...path, index, 'claim'], {});
    if (header === '') report.add('istio-empty-value', [...path, index, 'header'], {});
    else if (!/^[-_A-Za-z0-9]+$/.test(header)) {
      report.add('not-header-name', [...path, index, 'header'], { value: shown(header) });
    }
  }
}

function checkKeySetUri(uri: string, report: Report, path: FieldPath): void {
  const scheme = parseUrl(uri)?.scheme;
  if (scheme !== 'http' && scheme !== 'https') {
    report.add('istio-url-scheme', path, { value: shown(uri), allowed: 'http, https' });
  }
}

function checkKeySet(jwks: string, report: Report, path: FieldPath): void {
  const keys = readKeySet(jwks);
  if (!keys) {
    report.add('istio-key-set', path, {}, { aim: 'head' });
    return;
  }
  const secret = keys.findIndex(({ isPrivate }) => isPrivate);
  if (secret !== -1) report.add('istio-key-set-private', path, { index: secret }, { aim: 'head' });
}

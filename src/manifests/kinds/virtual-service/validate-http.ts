// One HTTP rule of a VirtualService. Source: istio/istio:pkg/config/validation/virtualservice.go and validation.go at 86c9f01fd735.

import { get, isArray, isObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { Report } from '../../report.ts';
import type { FieldPath } from '../../source.ts';
import { addUnsupported, shown } from '../../structural/wrong-value.ts';
import { checkPortNumber } from '../checks.ts';
import {
  checkDuration,
  checkGatewayNames,
  checkIstioLabels,
  checkRegex,
  durationMs,
  isHostLabel,
} from '../istio-checks.ts';
import { bytesOfBase64, bytesOfText } from './body.ts';
import { checkDestination, checkTotalWeight } from './destination.ts';
import { grpcStatuses } from './grpc-statuses.ts';
import { isHeaderValue } from './header-value.ts';
import type {
  HeaderOperations,
  HTTPMatchRequest,
  StringMatch,
  VirtualServiceHeaders,
  VirtualServiceHTTPRoute,
} from './type.ts';

export interface RuleContext {
  /** The VirtualService has no hosts: another one delegates to it. */
  readonly isDelegate: boolean;
  readonly appliesToGateway: boolean;
  /** Made by istiod of the Gateway API's routes: destinations are not looked at. */
  readonly isConverted: boolean;
}

export function validateHTTPRouteOfVirtualService(
  route: VirtualServiceHTTPRoute,
  context: RuleContext,
  report: Report,
  path: FieldPath,
): void {
  checkConflicts(route, context, report, path);
  for (const [index, match] of (route.match ?? []).entries())
    checkMatch(match, context, report, [...path, 'match', index]);
  checkHeaders(route.headers, report, [...path, 'headers']);
  checkDestinations(route, context, report, path);
  checkMirrors(route, report, path);
  checkRedirect(route, report, path);
  checkDirectResponse(route, report, path);
  checkRewrite(route, report, path);
  checkFault(route.fault, report, [...path, 'fault']);
  checkRetries(route.retries, report, [...path, 'retries']);
  checkCors(route.corsPolicy, report, [...path, 'corsPolicy']);
  if (route.timeout !== undefined) checkDuration(report, [...path, 'timeout'], route.timeout);
}

// ---- What a rule does ---------------------------------------------------------------------------------------------

function checkConflicts(
  route: VirtualServiceHTTPRoute,
  { isDelegate }: RuleContext,
  report: Report,
  path: FieldPath,
): void {
  const conflict = (field: keyof VirtualServiceHTTPRoute, other: keyof VirtualServiceHTTPRoute): void => {
    const value = route[field];
    const isSet = Array.isArray(value) ? value.length > 0 : value !== undefined;
    if (isSet) report.add('not-together', [...path, field], { other }, { aim: 'key' });
  };
  if (route.delegate && !isDelegate) {
    conflict('redirect', 'delegate');
    conflict('route', 'delegate');
    return;
  }
  if (route.delegate) report.add('istio-vs-delegate-nested', [...path, 'delegate'], {}, { aim: 'key' });
  if (route.redirect) {
    for (const field of ['route', 'fault', 'rewrite', 'directResponse'] as const) conflict(field, 'redirect');
  } else if (route.directResponse) {
    for (const field of ['route', 'fault', 'rewrite'] as const) conflict(field, 'directResponse');
  } else if ((route.route ?? []).length === 0) {
    report.add('istio-vs-no-action', path, {}, { aim: 'head' });
  }
  if (route.mirror && (route.mirrors ?? []).length > 0) conflict('mirrors', 'mirror');
}

function checkDestinations(
  { route = [] }: VirtualServiceHTTPRoute,
  { isConverted }: RuleContext,
  report: Report,
  path: FieldPath,
): void {
  for (const [index, { destination, headers }] of route.entries()) {
    if (!isConverted) checkDestination(destination, report, [...path, 'route', index, 'destination']);
    checkHeaders(headers, report, [...path, 'route', index, 'headers']);
  }
  checkTotalWeight(route, report, path);
}

function checkMirrors(route: VirtualServiceHTTPRoute, report: Report, path: FieldPath): void {
  if (route.mirror) checkDestination(route.mirror, report, [...path, 'mirror']);
  if (route.mirrorPercent !== undefined) {
    const at = [...path, 'mirrorPercent'];
    checkPercent(route.mirrorPercent, report, at);
    report.add('istio-deprecated', at, { instead: 'mirrorPercentage' }, { aim: 'key' });
  }
  checkPercent(route.mirrorPercentage?.value, report, [...path, 'mirrorPercentage', 'value']);
  for (const [index, mirror] of (route.mirrors ?? []).entries()) {
    checkDestination(mirror.destination, report, [...path, 'mirrors', index, 'destination']);
    checkPercent(mirror.percentage?.value, report, [...path, 'mirrors', index, 'percentage', 'value']);
  }
}

function checkPercent(value: number | undefined, report: Report, path: FieldPath): void {
  if (value !== undefined && (value < 0 || value > 100)) report.add('istio-percentage', path, { value });
}

function checkRedirect({ redirect, match = [] }: VirtualServiceHTTPRoute, report: Report, path: FieldPath): void {
  if (!redirect) return;
  const at = [...path, 'redirect'];
  const { uri, prefixRewrite, authority, port, derivePort, scheme, redirectCode } = redirect;
  if (uri && prefixRewrite) report.add('not-together', [...at, 'prefixRewrite'], { other: 'uri' }, { aim: 'key' });
  else if (prefixRewrite && match.some((item) => item.uri && item.uri.prefix === undefined)) {
    report.add('prefix-replace-needs-prefix', [...at, 'prefixRewrite'], {}, { aim: 'key' });
  }
  if (!uri && !prefixRewrite && !authority && port === undefined && derivePort === undefined && !scheme) {
    report.add('istio-redirect-empty', at, {}, { aim: 'key' });
  }
  if (redirectCode && (redirectCode < 300 || redirectCode > 399)) {
    report.add('istio-redirect-code', [...at, 'redirectCode'], { value: redirectCode });
  }
  if (scheme && scheme !== 'http' && scheme !== 'https') {
    report.add('istio-redirect-scheme', [...at, 'scheme'], { value: shown(scheme) });
  }
  if (port) checkPortNumber(report, [...at, 'port'], port);
}

/** Bytes of a body. */
const bodyMax = 1_048_576;
const bodyLarge = 102_400;

function checkDirectResponse({ directResponse }: VirtualServiceHTTPRoute, report: Report, path: FieldPath): void {
  if (!directResponse) return;
  checkStatus(directResponse.status, report, [...path, 'directResponse', 'status']);
  const { string, bytes } = directResponse.body ?? {};
  const field = bytes === undefined ? 'string' : 'bytes';
  const at = [...path, 'directResponse', 'body', field];
  const length = bytes === undefined ? bytesOfText(string ?? '') : bytesOfBase64(bytes);
  if (length > bodyMax) report.add('too-long', at, { length, limit: bodyMax }, { aim: 'key' });
  else if (length > bodyLarge) report.add('istio-body-large', at, { length }, { aim: 'key' });
}

function checkStatus(value: number, report: Report, path: FieldPath): void {
  if (value < 200 || value > 600) report.add('istio-http-status', path, { value });
}

function checkRewrite({ rewrite, headers }: VirtualServiceHTTPRoute, report: Report, path: FieldPath): void {
  const at = [...path, 'rewrite'];
  if (rewrite) {
    const { uri, authority, uriRegexRewrite } = rewrite;
    if (uri && uriRegexRewrite)
      report.add('not-together', [...at, 'uriRegexRewrite'], { other: 'uri' }, { aim: 'key' });
    if (!uri && !authority && !uriRegexRewrite) report.add('istio-rewrite-empty', at, {}, { aim: 'key' });
    if (uriRegexRewrite) {
      for (const field of ['match', 'rewrite'] as const) {
        if (!uriRegexRewrite[field])
          report.add('required-field', [...at, 'uriRegexRewrite', field], {}, { aim: 'head' });
      }
      if (uriRegexRewrite.match) checkRegex(report, [...at, 'uriRegexRewrite', 'match'], uriRegexRewrite.match);
    }
  }
  checkAuthorityOnce(rewrite?.authority, headers, report, path);
}

/** The authority can be changed in one place only: `rewrite.authority`, or one header operation on `Host` or `:authority`. */
function checkAuthorityOnce(
  rewritten: string | undefined,
  headers: VirtualServiceHeaders | undefined,
  report: Report,
  path: FieldPath,
): void {
  let isSet = Boolean(rewritten);
  for (const operation of ['set', 'add'] as const) {
    for (const name of Object.keys(headers?.request?.[operation] ?? {})) {
      if (!isAuthorityHeader(name)) continue;
      if (isSet)
        report.add('istio-authority-twice', [...path, 'headers', 'request', operation, name], {}, { aim: 'key' });
      isSet = true;
    }
  }
}

// ---- What a rule matches ------------------------------------------------------------------------------------------

/** RFC 9110 token. */
const headerName = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;
const pseudoHeaders = new Set([':method', ':scheme', ':authority', ':path', ':status']);
/** `@request.auth.claims.name`, or each name in brackets. Source: istio/istio:pkg/jwt/routing.go ToRoutingClaim. */
const claimRoute = /^@request\.auth\.claims(?:\..+|\[.+\])$/is;

function checkMatch(match: HTTPMatchRequest, context: RuleContext, report: Report, path: FieldPath): void {
  if (match.uri?.regex !== undefined) checkRegex(report, [...path, 'uri', 'regex'], match.uri.regex);
  for (const field of ['scheme', 'method', 'authority'] as const)
    checkStringMatch(match[field], report, [...path, field]);
  for (const field of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    for (const [name, value] of Object.entries(match[field] ?? {})) {
      const at = [...path, field, name];
      if (field !== 'queryParams') checkMatchedHeader(name, context, report, at);
      // `*` is no regular expression, but istiod reads it as "is present" here.
      if (field !== 'withoutHeaders' || value.regex !== '*') checkStringMatch(value, report, at);
    }
  }
  if (match.port) checkPortNumber(report, [...path, 'port'], match.port);
  checkIstioLabels(report, [...path, 'sourceLabels'], match.sourceLabels);
  checkGatewayNames(report, [...path, 'gateways'], match.gateways ?? [], { warns: false });
  if (match.sourceNamespace && !isHostLabel(match.sourceNamespace)) {
    report.add('not-dns-label', [...path, 'sourceNamespace'], { value: shown(match.sourceNamespace) });
  }
}

function checkMatchedHeader(name: string, { appliesToGateway }: RuleContext, report: Report, path: FieldPath): void {
  if (claimRoute.test(name)) {
    if (!appliesToGateway) report.add('istio-claim-route-mesh', path, {}, { aim: 'key' });
  } else if (!headerName.test(name) && !pseudoHeaders.has(name)) {
    report.add('not-header-name', path, { value: shown(name) }, { aim: 'key' });
  }
}

function checkStringMatch(match: StringMatch | undefined, report: Report, path: FieldPath): void {
  if (match?.prefix === '') report.add('istio-empty-value', [...path, 'prefix'], {});
  if (match?.regex !== undefined) checkRegex(report, [...path, 'regex'], match.regex);
}

// ---- Headers ------------------------------------------------------------------------------------------------------

function checkHeaders(headers: VirtualServiceHeaders | undefined, report: Report, path: FieldPath): void {
  checkOperations(headers?.request, true, report, [...path, 'request']);
  checkOperations(headers?.response, false, report, [...path, 'response']);
}

function checkOperations(
  operations: HeaderOperations | undefined,
  mayChangeAuthority: boolean,
  report: Report,
  path: FieldPath,
): void {
  for (const operation of ['set', 'add'] as const) {
    for (const [name, value] of Object.entries(operations?.[operation] ?? {})) {
      const at = [...path, operation, name];
      checkChangedHeader(name, mayChangeAuthority, report, at, 'key');
      if (!isHeaderValue(value)) report.add('istio-header-value', at, { value: shown(value) });
    }
  }
  for (const [index, name] of (operations?.remove ?? []).entries()) {
    checkChangedHeader(name, false, report, [...path, 'remove', index], 'value');
  }
}

function checkChangedHeader(
  name: string,
  mayChangeAuthority: boolean,
  report: Report,
  path: FieldPath,
  aim: 'key' | 'value',
): void {
  const isInternal = name.startsWith(':') || name.toLowerCase() === 'host';
  if (name === '' || (isInternal && !(mayChangeAuthority && isAuthorityHeader(name)))) {
    report.add('istio-header-reserved', path, { value: shown(name) }, { aim });
  }
}

function isAuthorityHeader(name: string): boolean {
  return name.toLowerCase() === ':authority' || name.toLowerCase() === 'host';
}

// ---- Faults and retries -------------------------------------------------------------------------------------------

function checkFault(fault: JsonObject | undefined, report: Report, path: FieldPath): void {
  if (!fault) return;
  const abort = objectAt(fault, 'abort');
  const delay = objectAt(fault, 'delay');
  if (!abort && !delay) report.add('istio-fault-empty', path, {}, { aim: 'key' });
  if (abort) checkAbort(abort, report, [...path, 'abort']);
  if (!delay) return;
  checkFaultPercentage(delay, report, [...path, 'delay']);
  const { fixedDelay, exponentialDelay } = delay;
  if (typeof fixedDelay === 'string') checkDuration(report, [...path, 'delay', 'fixedDelay'], fixedDelay);
  if (exponentialDelay !== undefined)
    report.add('istio-not-supported', [...path, 'delay', 'exponentialDelay'], {}, { aim: 'key' });
}

function checkAbort(abort: JsonObject, report: Report, path: FieldPath): void {
  checkFaultPercentage(abort, report, path);
  const { httpStatus, grpcStatus, http2Error } = abort;
  if (typeof httpStatus === 'number') checkStatus(httpStatus, report, [...path, 'httpStatus']);
  else if (typeof grpcStatus === 'string') {
    if (!grpcStatuses.includes(grpcStatus))
      report.add('istio-grpc-status', [...path, 'grpcStatus'], { value: shown(grpcStatus) });
  } else if (http2Error !== undefined) report.add('istio-not-supported', [...path, 'http2Error'], {}, { aim: 'key' });
  else report.add('istio-abort-without-error', path, {}, { aim: 'key' });
}

/** Nothing, or between 0.0001 and 100. */
function checkFaultPercentage(fault: JsonObject, report: Report, path: FieldPath): void {
  const value = get(objectAt(fault, 'percentage') ?? {}, 'value');
  if (typeof value !== 'number') return;
  if (value < 0 || value > 100 || (value > 0 && value < 0.0001)) {
    report.add('istio-percentage', [...path, 'percentage', 'value'], { value });
  }
}

/** Source: istio/istio:pkg/config/validation/agent/validation.go supportedRetryOnPolicies. */
const retryConditions = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** Source: golang/go:src/net/http/status.go. */
const statusRanges = /^\+?0*(?:10[0-3]|20[0-8]|226|30[0-57-8]|4(?:0[0-9]|1[0-8]|2[1-689]|31|51)|5(?:0[0-8]|1[01]))$/;

function checkRetries(retries: JsonObject | undefined, report: Report, path: FieldPath): void {
  if (!retries) return;
  const { attempts = 0, perTryTimeout, backoff, retryOn, retryRemoteLocalities } = retries;
  if (typeof attempts === 'number' && attempts < 0)
    report.add('too-small', [...path, 'attempts'], { value: attempts, limit: 0 });
  if (attempts === 0 && (perTryTimeout ?? retryOn ?? retryRemoteLocalities) !== undefined) {
    report.add('istio-retry-disabled', path, {}, { aim: 'key' });
  }
  if (typeof perTryTimeout === 'string') checkDuration(report, [...path, 'perTryTimeout'], perTryTimeout);
  if (typeof backoff === 'string') checkDuration(report, [...path, 'backoff'], backoff);
  if (typeof retryOn !== 'string' || retryOn === '') return;
  for (const condition of retryOn.split(',')) {
    // A number stands for a response status that has a name.
    if (retryConditions.has(condition) || statusRanges.test(condition)) continue;
    addUnsupported(report, [...path, 'retryOn'], condition, [...retryConditions]);
  }
}

// ---- CORS ---------------------------------------------------------------------------------------------------------

const corsMethods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'];

function checkCors(cors: JsonObject | undefined, report: Report, path: FieldPath): void {
  if (!cors) return;
  for (const [index, origin] of listAt(cors, 'allowOrigins').entries()) {
    const at = [...path, 'allowOrigins', index];
    const { exact, prefix, regex } = isObject(origin) ? origin : {};
    if (!(exact ?? prefix ?? regex)) report.add('istio-empty-value', at, {}, { aim: 'head' });
    if (typeof regex === 'string' && regex !== '') checkRegex(report, [...at, 'regex'], regex);
  }
  for (const [index, method] of textsAt(cors, 'allowMethods').entries()) {
    if (!corsMethods.includes(method)) addUnsupported(report, [...path, 'allowMethods', index], method, corsMethods);
  }
  for (const field of ['allowHeaders', 'exposeHeaders']) {
    for (const [index, name] of textsAt(cors, field).entries()) {
      if (name === '*' || headerName.test(name)) continue;
      report.add('not-header-name', [...path, field, index], { value: shown(name) });
    }
  }
  const { maxAge } = cors;
  if (typeof maxAge !== 'string') return;
  const ms = durationMs(maxAge);
  if (ms === undefined || ms < 1 || ms % 1_000 !== 0)
    report.add('istio-duration', [...path, 'maxAge'], { value: shown(maxAge) });
}

function listAt(object: JsonObject, key: string): readonly JsonValue[] {
  const value = get(object, key);
  return isArray(value) ? value : [];
}

function textsAt(object: JsonObject, key: string): readonly string[] {
  return listAt(object, key).filter((value) => typeof value === 'string');
}

function objectAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = get(object, key);
  return isObject(value) ? value : undefined;
}

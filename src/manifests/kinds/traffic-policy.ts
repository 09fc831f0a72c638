// How a client treats a service: connection pools, load balancing, outlier detection, TLS. DestinationRule has all of it, Sidecar the pools.
// Source: istio/api:networking/v1alpha3/destination_rule.proto; istio/istio:pkg/config/validation/validation.go validateTrafficPolicy and
// pkg/config/validation/agent/validation.go ValidateTLS, ValidateLocalityLbSetting at 86c9f01fd735.

import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/wrong-value.ts';
import { checkNotNegative, checkPortNumber, checkPresent, checkUnique } from './checks.ts';
import { isIP } from '../ip.ts';
import { checkDuration, durationMs, isFqdn } from './istio-checks.ts';
import { checkLocalityBalancing, checkZoneAwareBalancing, type LocalityBalancing } from './locality-balancing.ts';

/** Durations are texts like `1.5s`. */
export interface ConnectionPool {
  readonly tcp?: {
    readonly maxConnections?: number;
    readonly connectTimeout?: string;
    readonly maxConnectionDuration?: string;
    readonly idleTimeout?: string;
    readonly tcpKeepalive?: { readonly time?: string; readonly interval?: string };
  };
  readonly http?: {
    readonly http1MaxPendingRequests?: number;
    readonly http2MaxRequests?: number;
    readonly maxRequestsPerConnection?: number;
    readonly maxRetries?: number;
    readonly maxConcurrentStreams?: number;
    readonly idleTimeout?: string;
    readonly h2UpgradePolicy?: 'DEFAULT' | 'DO_NOT_UPGRADE' | 'UPGRADE';
    readonly useClientProtocol?: boolean;
    readonly http2KeepAlive?: { readonly interval?: string; readonly timeout?: string };
  };
}

export interface OutlierDetection {
  readonly baseEjectionTime?: string;
  readonly interval?: string;
  readonly consecutiveErrors?: number;
  readonly consecutive5xxErrors?: number;
  readonly consecutiveGatewayErrors?: number;
  readonly consecutiveLocalOriginFailures?: number;
  readonly splitExternalLocalOriginErrors?: boolean;
  readonly outlierDetectionHttpErrorCodes?: readonly number[];
  readonly maxEjectionPercent?: number;
  readonly minHealthPercent?: number;
}

export interface LoadBalancer {
  readonly simple?: 'UNSPECIFIED' | 'LEAST_CONN' | 'RANDOM' | 'PASSTHROUGH' | 'ROUND_ROBIN' | 'LEAST_REQUEST';
  readonly consistentHash?: {
    readonly httpHeaderName?: string;
    readonly httpQueryParameterName?: string;
    readonly useSourceIp?: boolean;
    readonly httpCookie?: {
      readonly name: string;
      readonly path?: string;
      readonly ttl?: string;
      readonly attributes?: readonly { readonly name: string }[];
    };
    readonly minimumRingSize?: number;
    readonly ringHash?: object;
    readonly maglev?: { readonly tableSize?: number };
  };
  readonly localityLbSetting?: LocalityBalancing;
  readonly zoneAwareLbSetting?: LocalityBalancing;
  readonly warmup?: { readonly duration: string; readonly aggression?: number; readonly minimumPercent?: number };
  /** The older form of `warmup`: its duration alone. */
  readonly warmupDurationSecs?: string;
}

export interface ClientTlsSettings {
  readonly mode?: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
  readonly clientCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly caCrl?: string;
  readonly credentialName?: string;
  readonly subjectAltNames?: readonly string[];
  readonly sni?: string;
  readonly insecureSkipVerify?: boolean;
}

export interface PortTrafficPolicy {
  readonly connectionPool?: ConnectionPool;
  readonly loadBalancer?: LoadBalancer;
  readonly outlierDetection?: OutlierDetection;
  readonly tls?: ClientTlsSettings;
}

/** How many retries may be under way, by the requests that are. */
export interface RetryBudget {
  /** Default 20. */
  readonly percent?: number;
  readonly budgetInterval?: string;
  /** Default 3. */
  readonly minRetryConcurrency?: number;
}

export interface TrafficPolicy extends PortTrafficPolicy {
  readonly portLevelSettings?: readonly (PortTrafficPolicy & { readonly port?: { readonly number?: number } })[];
  readonly tunnel?: { readonly protocol?: string; readonly targetHost: string; readonly targetPort: number };
  readonly proxyProtocol?: object;
  readonly retryBudget?: RetryBudget;
}

export interface TrafficPolicyContext {
  readonly report: Report;
  /** The namespace of the object it stands in. */
  readonly namespace: string;
  /** istiod keeps its warnings to the policy of a whole rule: those of subsets and single ports get lost on the way. */
  readonly warns: boolean;
}

const portFields = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'] as const;
const policyFields = [...portFields, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'] as const;

export function checkTrafficPolicy(
  policy: TrafficPolicy | undefined,
  context: TrafficPolicyContext,
  path: FieldPath,
): void {
  if (!policy) return;
  const { report } = context;
  if (policyFields.every((field) => policy[field] === undefined)) {
    report.add('istio-policy-empty', path, {}, { aim: 'key' });
    return;
  }
  if (policy.tunnel && policy.proxyProtocol) {
    report.add('not-together', [...path, 'proxyProtocol'], { other: 'tunnel' }, { aim: 'key' });
    return;
  }
  checkPortPolicy(policy, context, path);
  for (const [index, settings] of (policy.portLevelSettings ?? []).entries()) {
    const at = [...path, 'portLevelSettings', index];
    if (!settings.port) report.add('required-field', [...at, 'port'], {}, { aim: 'head' });
    if (portFields.every((field) => settings[field] === undefined))
      report.add('istio-policy-empty', at, {}, { aim: 'head' });
    else checkPortPolicy(settings, { ...context, warns: false }, at);
  }
  if (policy.tunnel) checkTunnel(policy.tunnel, report, [...path, 'tunnel']);
}

function checkPortPolicy(policy: PortTrafficPolicy, context: TrafficPolicyContext, path: FieldPath): void {
  checkOutlierDetection(policy.outlierDetection, context, [...path, 'outlierDetection']);
  checkConnectionPool(policy.connectionPool, context.report, [...path, 'connectionPool']);
  checkLoadBalancer(policy, context, [...path, 'loadBalancer']);
  if (policy.tls) checkClientTls(policy.tls, context, [...path, 'tls']);
}

function checkTunnel(
  { protocol, targetHost, targetPort }: NonNullable<TrafficPolicy['tunnel']>,
  report: Report,
  path: FieldPath,
): void {
  if (protocol !== undefined && !['', 'CONNECT', 'POST'].includes(protocol)) {
    report.add('unsupported-value', [...path, 'protocol'], { value: shown(protocol), allowed: '"CONNECT", "POST"' });
  }
  if (!isFqdn(targetHost) && !isIP(targetHost)) {
    report.add('istio-endpoint-address', [...path, 'targetHost'], { value: shown(targetHost) });
  }
  checkPortNumber(report, [...path, 'targetPort'], targetPort);
}

// ---- Outliers and pools -------------------------------------------------------------------------------------------

function checkOutlierDetection(
  outlier: OutlierDetection | undefined,
  { report, warns }: TrafficPolicyContext,
  path: FieldPath,
): void {
  if (!outlier) return;
  for (const field of ['baseEjectionTime', 'interval'] as const) checkOptionalDuration(report, outlier, field, path);
  if (outlier.consecutiveErrors && warns) {
    const instead = 'consecutiveGatewayErrors, consecutive5xxErrors';
    report.add('istio-deprecated', [...path, 'consecutiveErrors'], { instead }, { aim: 'key' });
  }
  if (!outlier.splitExternalLocalOriginErrors && (outlier.consecutiveLocalOriginFailures ?? 0) > 0) {
    report.add('istio-local-origin', [...path, 'consecutiveLocalOriginFailures'], {}, { aim: 'key' });
  }
  for (const field of ['maxEjectionPercent', 'minHealthPercent'] as const) {
    const value = outlier[field] ?? 0;
    if (value < 0 || value > 100) report.add('istio-percentage', [...path, field], { value });
  }
}

const countsOfPool = [
  'http1MaxPendingRequests',
  'http2MaxRequests',
  'maxRequestsPerConnection',
  'maxRetries',
  'maxConcurrentStreams',
] as const;

export function checkConnectionPool(pool: ConnectionPool | undefined, report: Report, path: FieldPath): void {
  if (!pool) return;
  const { http, tcp } = pool;
  if (!http && !tcp) report.add('istio-policy-empty', path, {}, { aim: 'key' });
  if (http) {
    const at = [...path, 'http'];
    for (const field of countsOfPool) checkNotNegative(report, [...at, field], http[field]);
    checkOptionalDuration(report, http, 'idleTimeout', at);
    if (http.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol) {
      report.add('not-together', [...at, 'useClientProtocol'], { other: 'h2UpgradePolicy: UPGRADE' }, { aim: 'key' });
    }
    if (http.http2KeepAlive) {
      for (const field of ['interval', 'timeout'] as const) {
        const where = [...at, 'http2KeepAlive', field];
        const duration = http.http2KeepAlive[field];
        if (duration === undefined) report.add('required-field', where, {}, { aim: 'head' });
        else checkDuration(report, where, duration);
      }
    }
  }
  if (!tcp) return;
  const at = [...path, 'tcp'];
  checkNotNegative(report, [...at, 'maxConnections'], tcp.maxConnections);
  for (const field of ['connectTimeout', 'maxConnectionDuration'] as const)
    checkOptionalDuration(report, tcp, field, at);
  // Less than a millisecond means no timeout at all.
  const idle = tcp.idleTimeout === undefined ? 0 : durationMs(tcp.idleTimeout);
  if (idle === undefined || Math.abs(idle) >= 1) checkOptionalDuration(report, tcp, 'idleTimeout', at);
  for (const field of ['time', 'interval'] as const) {
    checkOptionalDuration(report, tcp.tcpKeepalive ?? {}, field, [...at, 'tcpKeepalive']);
  }
}

function checkOptionalDuration<K extends string>(
  report: Report,
  object: { readonly [Field in K]?: string },
  field: K,
  path: FieldPath,
): void {
  const duration = object[field];
  if (duration !== undefined) checkDuration(report, [...path, field], duration);
}

// ---- Load balancing -----------------------------------------------------------------------------------------------

function checkLoadBalancer(
  { loadBalancer, outlierDetection }: PortTrafficPolicy,
  { report, warns }: TrafficPolicyContext,
  path: FieldPath,
): void {
  if (!loadBalancer) return;
  const { consistentHash, localityLbSetting, zoneAwareLbSetting, warmup } = loadBalancer;
  if (consistentHash) checkConsistentHash(consistentHash, { report, warns }, [...path, 'consistentHash']);
  if (localityLbSetting && zoneAwareLbSetting) {
    report.add('not-together', [...path, 'zoneAwareLbSetting'], { other: 'localityLbSetting' }, { aim: 'key' });
  }
  // What would be warned of is taken for well, where istiod says nothing.
  const context = { report, hasOutlierDetection: outlierDetection !== undefined || !warns };
  if (localityLbSetting) checkLocalityBalancing(localityLbSetting, context, [...path, 'localityLbSetting']);
  if (zoneAwareLbSetting) checkZoneAwareBalancing(zoneAwareLbSetting, context, [...path, 'zoneAwareLbSetting']);
  if (!warmup) return;
  checkDuration(report, [...path, 'warmup', 'duration'], warmup.duration);
  if (warmup.aggression !== undefined && warmup.aggression <= 0) {
    report.add('istio-not-positive', [...path, 'warmup', 'aggression'], { value: warmup.aggression });
  }
}

/** Tables of Maglev must be smaller than this prime. Source: envoyproxy/envoy:api/envoy/config/cluster/v3/cluster.proto. */
const maglevTableMax = 5_000_011;

function checkConsistentHash(
  { httpCookie, minimumRingSize, ringHash, maglev }: NonNullable<LoadBalancer['consistentHash']>,
  { report, warns }: Pick<TrafficPolicyContext, 'report' | 'warns'>,
  path: FieldPath,
): void {
  if (httpCookie) {
    const at = [...path, 'httpCookie'];
    checkPresent(report, [...at, 'name'], httpCookie.name);
    const attributes = httpCookie.attributes ?? [];
    for (const [index, { name }] of attributes.entries())
      checkPresent(report, [...at, 'attributes', index, 'name'], name);
    const nameOf = ({ name }: { readonly name: string }): string | undefined => (name === '' ? undefined : name);
    checkUnique(report, [...at, 'attributes'], attributes, nameOf, ['name']);
  }
  if (minimumRingSize) {
    const at = [...path, 'minimumRingSize'];
    if (warns) report.add('istio-deprecated', at, { instead: 'ringHash' }, { aim: 'key' });
    const other = ringHash ? 'ringHash' : maglev ? 'maglev' : undefined;
    if (other !== undefined) report.add('not-together', at, { other }, { aim: 'key' });
  }
  const size = maglev?.tableSize ?? 0;
  if (maglev && (size >= maglevTableMax || !isPrime(size))) {
    report.add('istio-maglev-size', [...path, 'maglev', 'tableSize'], { value: size, limit: maglevTableMax });
  }
}

/** As Envoy tells primes: 1 passes. Source: envoyproxy/envoy:source/common/common/utility.cc Primes::isPrime. */
function isPrime(value: number): boolean {
  if (value > 0 && value < 4) return true;
  if (value % 2 === 0) return false;
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false;
  return true;
}

// ---- TLS ----------------------------------------------------------------------------------------------------------

const ownFiles = ['clientCertificate', 'caCertificates', 'privateKey', 'caCrl'] as const;
const configMapPrefix = 'configmap://';

function checkClientTls(tls: ClientTlsSettings, { report, namespace }: TrafficPolicyContext, path: FieldPath): void {
  const { mode, credentialName } = tls;
  if (credentialName?.startsWith(configMapPrefix)) {
    const [owner, name] = credentialName.slice(configMapPrefix.length).split('/');
    if (owner !== namespace || !name)
      report.add('istio-config-map', [...path, 'credentialName'], { value: shown(credentialName), namespace });
  }
  checkSkipVerify(tls, report, path);
  if (credentialName && (mode === 'SIMPLE' || mode === 'MUTUAL')) {
    const own = ownFiles.find((field) => tls[field]);
    if (own) report.add('not-together', [...path, own], { other: 'credentialName' }, { aim: 'key' });
    return;
  }
  if (mode !== 'MUTUAL') return;
  for (const field of ['clientCertificate', 'privateKey'] as const) checkPresent(report, [...path, field], tls[field]);
}

/** Who does not verify the server needs nothing to verify it with. */
function checkSkipVerify(tls: ClientTlsSettings, report: Report, path: FieldPath): void {
  if (!tls.insecureSkipVerify || (tls.mode !== 'SIMPLE' && tls.mode !== 'MUTUAL')) return;
  const written = [
    tls.caCertificates ? 'caCertificates' : undefined,
    // With MUTUAL it may hold the client's certificate only.
    tls.credentialName && tls.mode === 'SIMPLE' ? 'credentialName' : undefined,
    (tls.subjectAltNames ?? []).length > 0 ? 'subjectAltNames' : undefined,
  ].find((field) => field !== undefined);
  if (written) report.add('not-together', [...path, written], { other: 'insecureSkipVerify' }, { aim: 'key' });
}

// Source: istio/istio:pkg/config/validation/validation.go ValidateSidecar at 86c9f01fd735.

import { isIP } from '../../ip.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkPortNumber, checkUnique } from '../checks.ts';
import {
  checkIstioMetadata,
  checkNetworkingSelector,
  checkUnixAddress,
  isFqdn,
  isHostLabel,
  unixPrefix,
} from '../istio-checks.ts';
import { checkProtocol, isHttpProtocol, isTlsProtocol } from '../protocol.ts';
import { checkServerTls, type ServerTlsSettings } from '../server-tls.ts';
import { checkConnectionPool } from '../traffic-policy.ts';
import { checkDestination } from '../virtual-service/destination.ts';
import { checkEgressHosts } from './egress-hosts.ts';
import type { SidecarEgress, SidecarIngress, SidecarPort, SidecarSpec } from './type.ts';

export function validateSidecar(spec: SidecarSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  checkNetworkingSelector(report, ['spec', 'workloadSelector'], spec.workloadSelector);
  const { ingress = [], egress = [], outboundTrafficPolicy, inboundConnectionPool } = spec;
  if (ingress.length === 0 && egress.length === 0 && !outboundTrafficPolicy && !inboundConnectionPool) {
    report.add('istio-sidecar-empty', ['spec'], {}, { aim: 'head' });
  }
  for (const [index, listener] of ingress.entries()) checkIngress(listener, report, ['spec', 'ingress', index]);
  checkUnique(report, ['spec', 'ingress'], ingress, ({ port }) => String(port.number ?? 0), ['port', 'number']);
  checkConnectionPool(inboundConnectionPool, report, ['spec', 'inboundConnectionPool']);
  checkEgress(egress, report, metadata);
  checkEgressProxy(spec, report);
}

// ---- Inbound ------------------------------------------------------------------------------------------------------

function checkIngress(
  { port, bind, defaultEndpoint, tls, connectionPool }: SidecarIngress,
  report: Report,
  path: FieldPath,
): void {
  checkPort(port, report, [...path, 'port']);
  checkPortNumber(report, [...path, 'port', 'number'], port.number ?? 0);
  checkBind(bind, report, [...path, 'bind']);
  if (defaultEndpoint) checkDefaultEndpoint(defaultEndpoint, report, [...path, 'defaultEndpoint']);
  if (tls) checkIngressTls(tls, port, report, path);
  checkConnectionPool(connectionPool, report, [...path, 'connectionPool']);
  if (connectionPool?.http && !isHttpProtocol(port.protocol)) {
    report.add(
      'istio-pool-protocol',
      [...path, 'connectionPool', 'http'],
      { protocol: port.protocol ?? '' },
      { aim: 'key' },
    );
  }
}

/** What inbound and outbound ports have in common. */
function checkPort({ name, protocol, targetPort }: SidecarPort, report: Report, path: FieldPath): void {
  if (targetPort) report.add('istio-target-port', [...path, 'targetPort'], {}, { aim: 'key' });
  if (name && !isHostLabel(name)) report.add('not-dns-label', [...path, 'name'], { value: shown(name) });
  checkProtocol(report, [...path, 'protocol'], protocol);
}

function checkBind(bind: string | undefined, report: Report, path: FieldPath): void {
  if (bind && !isIP(bind)) report.add('istio-address', path, { value: shown(bind) });
}

const endpointAddresses = ['', '127.0.0.1', '0.0.0.0', '::1', '::'];

function checkDefaultEndpoint(endpoint: string, report: Report, path: FieldPath): void {
  if (endpoint.startsWith(unixPrefix)) {
    checkUnixAddress(report, path, endpoint);
    return;
  }
  const parts = /^(?:\[(?<v6>[^[\]]*)\]|(?<v4>[^:[\]]*)):(?<port>[^:[\]]*)$/.exec(endpoint)?.groups;
  const address = parts?.['v6'] ?? parts?.['v4'];
  const port = parts?.['port'] ?? '';
  if (address === undefined || !endpointAddresses.includes(address) || !/^[-+]?[0-9]+$/.test(port)) {
    report.add('istio-default-endpoint', path, { value: shown(endpoint) });
  } else {
    checkPortNumber(report, path, Number(port));
  }
}

const unsupportedInTls = [
  'subjectAltNames',
  'httpsRedirect',
  'credentialName',
  'credentialNames',
  'tlsCertificates',
] as const;

function checkIngressTls(
  tls: ServerTlsSettings,
  { protocol = '' }: SidecarPort,
  report: Report,
  path: FieldPath,
): void {
  const at = [...path, 'tls'];
  for (const field of unsupportedInTls) {
    const value = tls[field];
    const isSet = typeof value === 'object' ? value.length > 0 : Boolean(value);
    if (isSet) report.add('istio-not-supported', [...at, field], {}, { aim: 'key' });
  }
  if (tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'AUTO_PASSTHROUGH') {
    const allowed = '"PASSTHROUGH", "SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"';
    report.add('unsupported-value', [...at, 'mode'], { value: tls.mode, allowed });
  }
  if (!isTlsProtocol(protocol)) report.add('istio-tls-plaintext', at, { protocol: shown(protocol) }, { aim: 'key' });
  checkServerTls(tls, report, at);
}

// ---- Outbound -----------------------------------------------------------------------------------------------------

function checkEgress(listeners: readonly SidecarEgress[], report: Report, { namespace }: ObjectMeta): void {
  const path = ['spec', 'egress'];
  for (const [index, listener] of listeners.entries()) {
    const at = [...path, index];
    if (!listener.port && index < listeners.length - 1) report.add('istio-catch-all-last', at, {}, { aim: 'head' });
    if (listener.port) checkEgressPort(listener, listener.port, report, at);
    if (listener.hosts.length === 0) report.add('istio-empty-list', [...at, 'hosts'], {}, { aim: 'key' });
    checkEgressHosts(listener.hosts, { report, namespace }, [...at, 'hosts']);
  }
  checkUnique(report, path, listeners, ({ port }) => (port?.number ? String(port.number) : undefined), [
    'port',
    'number',
  ]);
  const socketOf = ({ port, bind }: SidecarEgress): string | undefined =>
    port && !port.number ? (bind ?? '') : undefined;
  checkUnique(report, path, listeners, socketOf, ['bind']);
}

/** A port number, or 0 and the path of a Unix domain socket. */
function checkEgressPort(
  { bind = '', captureMode = 'DEFAULT' }: SidecarEgress,
  port: SidecarPort,
  report: Report,
  path: FieldPath,
): void {
  checkPort(port, report, [...path, 'port']);
  if (port.number) {
    checkPortNumber(report, [...path, 'port', 'number'], port.number);
    checkBind(bind, report, [...path, 'bind']);
    return;
  }
  if (bind.startsWith(unixPrefix)) checkUnixAddress(report, [...path, 'bind'], bind);
  else report.add('istio-unix-bind', [...path, 'port'], {}, { aim: 'key' });
  if (captureMode === 'IPTABLES') report.add('istio-unix-capture', [...path, 'captureMode'], {});
}

function checkEgressProxy({ outboundTrafficPolicy }: SidecarSpec, report: Report): void {
  const proxy = outboundTrafficPolicy?.egressProxy;
  if (!proxy) return;
  const path = ['spec', 'outboundTrafficPolicy', 'egressProxy'];
  if (outboundTrafficPolicy.mode !== 'ALLOW_ANY') {
    report.add('istio-egress-proxy-mode', path, {}, { aim: 'key' });
    return;
  }
  if (!proxy.port) report.add('required-field', [...path, 'port'], {}, { aim: 'head' });
  if (isFqdn(proxy.host)) checkDestination(proxy, report, path);
  else report.add('istio-vs-host', [...path, 'host'], { value: shown(proxy.host) });
}

// Source: kubernetes/kubernetes:pkg/apis/core/validation/validation.go ValidateService at v1.34.

import { isIP } from '../../ip.ts';
import { checkLabels, checkName, isQualifiedName } from '../../names.ts';
import type { Report } from '../../report.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkOneOf, checkPortNumber, checkPortReference, checkPresent, checkUnique } from '../checks.ts';
import type { ServicePort, ServiceSpec } from './type.ts';

/** The API server's default --service-node-port-range. */
const nodePortRange = { min: 30_000, max: 32_767 };
const headless = 'None';

export function validateService(spec: ServiceSpec, report: Report): void {
  checkOneOf(report, ['spec', 'type'], spec.type, ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']);
  checkOneOf(report, ['spec', 'sessionAffinity'], spec.sessionAffinity, ['None', 'ClientIP']);
  checkOneOf(report, ['spec', 'internalTrafficPolicy'], spec.internalTrafficPolicy, ['Cluster', 'Local']);
  checkOneOf(report, ['spec', 'externalTrafficPolicy'], spec.externalTrafficPolicy, ['Cluster', 'Local']);
  checkOneOf(report, ['spec', 'ipFamilyPolicy'], spec.ipFamilyPolicy, [
    'SingleStack',
    'PreferDualStack',
    'RequireDualStack',
  ]);
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    checkOneOf(report, ['spec', 'ipFamilies', index], family, ['IPv4', 'IPv6']);
  }
  checkLabels(report, ['spec', 'selector'], spec.selector ?? {});
  validateAddresses(spec, report);
  validateExternal(spec, report);
  const { ports } = spec;
  if (ports.length === 0 && spec.clusterIP !== headless && spec.type !== 'ExternalName') {
    report.add('required-field', ['spec', 'ports'], {}, { aim: 'head' });
  }
  for (const [index, port] of ports.entries()) validatePort(port, report, ['spec', 'ports', index], spec);
  checkUnique(report, ['spec', 'ports'], ports, (port) => port.name || undefined, ['name']);
  checkUnique(report, ['spec', 'ports'], ports, (port) => `${port.port}/${port.protocol}`, ['port']);
}

function validatePort(port: ServicePort, report: Report, path: FieldPath, { ports, type }: ServiceSpec): void {
  if (port.name === undefined || port.name === '') {
    if (ports.length > 1) report.add('port-name-required', [...path, 'name'], {}, { aim: 'head' });
  } else {
    checkName(report, [...path, 'name'], port.name, 'dns-label');
  }
  checkPortNumber(report, [...path, 'port'], port.port);
  checkOneOf(report, [...path, 'protocol'], port.protocol, ['TCP', 'UDP', 'SCTP']);
  if (report.nodeAt([...path, 'targetPort'])) checkPortReference(report, [...path, 'targetPort'], port.targetPort);
  if (port.appProtocol !== undefined && !isQualifiedName(port.appProtocol)) {
    report.add('not-label-key', [...path, 'appProtocol'], { value: shown(port.appProtocol) });
  }
  if (!port.nodePort) return;
  const at = [...path, 'nodePort'];
  if (type === 'ClusterIP') report.add('not-together', at, { other: 'type: ClusterIP' }, { aim: 'key' });
  else if (port.nodePort < nodePortRange.min || port.nodePort > nodePortRange.max) {
    report.add('node-port-out-of-range', at, { value: port.nodePort, ...nodePortRange });
  }
}

function validateAddresses(spec: ServiceSpec, report: Report): void {
  const { clusterIP = '', clusterIPs = [], externalIPs = [] } = spec;
  if (clusterIP !== '' && clusterIP !== headless && !isIP(clusterIP)) {
    report.add('wrong-format', ['spec', 'clusterIP'], { value: shown(clusterIP), format: 'IP' });
  }
  for (const [index, address] of clusterIPs.entries()) {
    if (address === headless || isIP(address)) continue;
    report.add('wrong-format', ['spec', 'clusterIPs', index], { value: shown(address), format: 'IP' });
  }
  for (const [index, address] of externalIPs.entries()) {
    if (!isIP(address))
      report.add('wrong-format', ['spec', 'externalIPs', index], { value: shown(address), format: 'IP' });
  }
  if (clusterIP === headless && (spec.type === 'NodePort' || spec.type === 'LoadBalancer')) {
    report.add('not-together', ['spec', 'clusterIP'], { other: `type: ${spec.type}` });
  }
}

function validateExternal(spec: ServiceSpec, report: Report): void {
  if (spec.type === 'ExternalName') {
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (name === '') checkPresent(report, ['spec', 'externalName'], spec.externalName);
    else checkName(report, ['spec', 'externalName'], name, 'dns-subdomain');
    if (spec.clusterIP && spec.clusterIP !== headless) {
      report.add('not-together', ['spec', 'clusterIP'], { other: 'type: ExternalName' });
    }
  }
  if (spec.externalTrafficPolicy !== undefined && spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length === 0) {
    report.add('not-together', ['spec', 'externalTrafficPolicy'], { other: 'type: ClusterIP' }, { aim: 'key' });
  }
}

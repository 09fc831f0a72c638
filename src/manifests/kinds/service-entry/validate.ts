// Source: istio/istio:pkg/config/validation/validation.go ValidateServiceEntry at 86c9f01fd735.

import { isIP } from '../../ip.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkPortNumber, checkUnique } from '../checks.ts';
import {
  checkExportTo,
  checkHost,
  checkIstioLabels,
  checkIstioMetadata,
  checkNetworkingSelector,
  checkSubnet,
  isFqdn,
  isHostLabel,
  isPartialWildcard,
  isWildcardDomain,
} from '../istio-checks.ts';
import { checkProtocol, isHttpProtocol, isTcpProtocol, isTlsProtocol } from '../protocol.ts';
import { checkEndpoint, checkEndpointPorts } from '../workload-entry/validate.ts';
import type { WorkloadEntrySpec } from '../workload-entry/type.ts';
import type { ServiceEntrySpec } from './type.ts';

export function validateServiceEntry(spec: ServiceEntrySpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  checkNetworkingSelector(report, ['spec', 'workloadSelector'], spec.workloadSelector);
  if (spec.workloadSelector && (spec.endpoints ?? []).length > 0) {
    report.add('not-together', ['spec', 'endpoints'], { other: 'workloadSelector' }, { aim: 'key' });
  }
  checkHosts(spec, report);
  checkAddresses(spec, report);
  checkPorts(spec, report, metadata);
  checkResolution(spec, report, metadata);
  checkTellingApart(spec, report);
  checkExportTo(report, spec.exportTo, metadata.namespace, { allowsNobody: true });
}

function checkHosts({ hosts, resolution }: ServiceEntrySpec, report: Report): void {
  const path = ['spec', 'hosts'];
  if (hosts.length === 0) report.add('istio-empty-list', path, {}, { aim: 'key' });
  for (const [index, host] of hosts.entries()) {
    const at = [...path, index];
    if (host === '*') {
      report.add('istio-vs-host', at, { value: host });
      continue;
    }
    checkHost(report, at, host);
    if (resolution !== 'DYNAMIC_DNS' && isWildcardDomain(host) && isPartialWildcard(host)) {
      report.add('istio-partial-wildcard', at, { value: shown(host) }, { severity: 'warning' });
    }
  }
}

function checkAddresses({ addresses = [], resolution = 'NONE' }: ServiceEntrySpec, report: Report): void {
  for (const [index, address] of addresses.entries()) {
    const path = ['spec', 'addresses', index];
    checkSubnet(report, path, address);
    if (address.includes('/') && resolution !== 'NONE' && resolution !== 'STATIC') {
      report.add('istio-block-resolution', path, { value: shown(address), resolution });
    }
  }
}

/** Turns off that istiod gives the service addresses of its own. */
const allocationLabel = 'networking.istio.io/enable-autoallocate-ip';

function checkPorts(spec: ServiceEntrySpec, report: Report, metadata: ObjectMeta): void {
  const { ports = [], addresses = [], resolution = 'NONE' } = spec;
  const path = ['spec', 'ports'];
  // That no two have one name, the schema says already.
  checkUnique(report, path, ports, ({ number }) => String(number), ['number']);
  const isAllocated = resolution !== 'NONE' && metadata.labels[allocationLabel]?.toLowerCase() !== 'false';
  for (const [index, { name, number, protocol = '', targetPort }] of ports.entries()) {
    const at = [...path, index];
    if (targetPort) checkPortNumber(report, [...at, 'targetPort'], targetPort);
    if (addresses.length === 0 && !isAllocated && (protocol === '' || protocol === 'TCP')) {
      report.add('istio-tcp-needs-address', at, {}, { aim: 'head' });
    }
    if (!isHostLabel(name)) report.add('not-dns-label', [...at, 'name'], { value: shown(name) });
    checkProtocol(report, [...at, 'protocol'], protocol);
    checkPortNumber(report, [...at, 'number'], number);
  }
}

// ---- How the hosts become endpoints -------------------------------------------------------------------------------

function checkResolution(spec: ServiceEntrySpec, report: Report, metadata: ObjectMeta): void {
  const { resolution = 'NONE', endpoints = [], ports = [] } = spec;
  const servicePorts = new Set(ports.map(({ name }) => name));
  switch (resolution) {
    case 'NONE':
      if (endpoints.length > 0) report.add('istio-no-endpoints', ['spec', 'endpoints'], { resolution }, { aim: 'key' });
      if (spec.workloadSelector)
        report.add('istio-selector-resolution', ['spec', 'workloadSelector'], { resolution }, { aim: 'key' });
      return;
    case 'STATIC':
      for (const [index, endpoint] of endpoints.entries()) {
        checkEndpoint(endpoint, { report, allowsHostName: false, servicePorts }, ['spec', 'endpoints', index]);
      }
      return;
    case 'DNS':
    case 'DNS_ROUND_ROBIN':
      checkDns(spec, servicePorts, report);
      return;
    case 'DYNAMIC_DNS':
      checkDynamicDns(spec, report, metadata);
  }
}

function checkDns(spec: ServiceEntrySpec, servicePorts: ReadonlySet<string>, report: Report): void {
  const { hosts, endpoints = [], resolution = 'DNS', addresses = [], ports = [] } = spec;
  const wild = hosts.findIndex((host) => !isFqdn(host));
  if (endpoints.length === 0 && wild !== -1) {
    report.add('istio-resolvable-host', ['spec', 'hosts', wild], { value: shown(hosts[wild]), resolution });
  }
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    report.add('istio-one-endpoint', ['spec', 'endpoints'], { resolution }, { aim: 'key' });
  }
  for (const [index, endpoint] of endpoints.entries()) checkDnsEndpoint(endpoint, index, servicePorts, report);
  const tcp = ports.findIndex(({ protocol }) => isTcpProtocol(protocol));
  if (addresses.length > 0 && tcp !== -1 && hosts.length > 1) {
    report.add('istio-hosts-share-address', ['spec', 'ports', tcp], {}, { aim: 'head' });
  }
}

function checkDnsEndpoint(
  { address = '', labels, ports = {} }: WorkloadEntrySpec,
  index: number,
  servicePorts: ReadonlySet<string>,
  report: Report,
): void {
  const path = ['spec', 'endpoints', index];
  if (!isIP(address) && !isFqdn(address)) {
    report.add('istio-endpoint-address', [...path, 'address'], { value: shown(address) });
  }
  checkIstioLabels(report, [...path, 'labels'], labels);
  checkEndpointPorts(ports, servicePorts, report, [...path, 'ports']);
}

const dynamicProtocols = new Set(['http', 'tls', 'grpc', 'http2']);
const waypointLabel = 'istio.io/use-waypoint';

/** Every request names a host of its own, which the proxy looks up: there is nothing to list. */
function checkDynamicDns(spec: ServiceEntrySpec, report: Report, metadata: ObjectMeta): void {
  const resolution = 'DYNAMIC_DNS';
  for (const [index, host] of spec.hosts.entries()) {
    if (!host.startsWith('*'))
      report.add('istio-host-not-wildcard', ['spec', 'hosts', index], { value: shown(host), resolution });
  }
  if ((spec.addresses ?? []).length > 0) {
    report.add('istio-no-addresses', ['spec', 'addresses'], { resolution }, { aim: 'key' });
  }
  if ((spec.endpoints ?? []).length > 0) {
    report.add('istio-no-endpoints', ['spec', 'endpoints'], { resolution }, { aim: 'key' });
  }
  for (const [index, { protocol = '' }] of (spec.ports ?? []).entries()) {
    if (dynamicProtocols.has(protocol.toLowerCase())) continue;
    report.add('istio-dynamic-protocol', ['spec', 'ports', index, 'protocol'], { resolution });
  }
  const waypoint = metadata.labels[waypointLabel] ?? '';
  if (spec.location === 'MESH_INTERNAL' && waypoint !== '' && waypoint.toLowerCase() !== 'none') {
    report.add('istio-dynamic-internal', ['spec', 'location'], { resolution });
  }
}

/** Hosts behind one address are told apart by what HTTP or TLS says; plain TCP says nothing. */
function checkTellingApart({ hosts, ports = [], resolution = 'NONE' }: ServiceEntrySpec, report: Report): void {
  if (resolution === 'NONE' || hosts.length < 2) return;
  const mute = ports.findIndex(({ protocol }) => !isHttpProtocol(protocol) && !isTlsProtocol(protocol));
  if (mute !== -1) report.add('istio-hosts-one-tcp-port', ['spec', 'ports', mute], {}, { aim: 'head' });
}

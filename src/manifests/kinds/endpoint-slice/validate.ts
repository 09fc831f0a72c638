// Source: kubernetes/kubernetes:pkg/apis/discovery/validation/validation.go ValidateEndpointSlice at v1.34.

import { isIPv4, isIPv6 } from '../../ip.ts';
import { checkName, isDnsSubdomain, isQualifiedName } from '../../names.ts';
import type { Report } from '../../report.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkOneOf, checkPortNumber, checkUnique } from '../checks.ts';
import type { EndpointSliceResource } from './type.ts';

const limits = { endpoints: 1_000, ports: 20_000, addresses: 100 };

type Fields = Pick<EndpointSliceResource, 'addressType' | 'endpoints' | 'ports'>;

export function validateEndpointSlice({ addressType, endpoints, ports }: Fields, report: Report): void {
  if (report.nodeAt(['addressType'])) checkOneOf(report, ['addressType'], addressType, ['IPv4', 'IPv6', 'FQDN']);
  else report.add('required-field', ['addressType'], {}, { aim: 'head' });
  checkCount(report, 'endpoints', endpoints.length, limits.endpoints);
  checkCount(report, 'ports', ports.length, limits.ports);
  for (const [index, endpoint] of endpoints.entries()) {
    const { addresses } = endpoint;
    const at = ['endpoints', index, 'addresses'];
    if (addresses.length === 0) report.add('too-few-items', at, { count: 0, limit: 1 });
    if (addresses.length > limits.addresses)
      report.add('too-many-items', at, { count: addresses.length, limit: limits.addresses });
    for (const [place, address] of addresses.entries()) {
      if (fits(addressType, address)) continue;
      report.add('wrong-format', [...at, place], { value: shown(address), format: addressType });
    }
    if (endpoint.hostname) checkName(report, ['endpoints', index, 'hostname'], endpoint.hostname, 'dns-label');
  }
  for (const [index, port] of ports.entries()) {
    if (port.name !== '') checkName(report, ['ports', index, 'name'], port.name, 'dns-label');
    if (port.port !== undefined) checkPortNumber(report, ['ports', index, 'port'], port.port);
    checkOneOf(report, ['ports', index, 'protocol'], port.protocol, ['TCP', 'UDP', 'SCTP']);
    if (port.appProtocol !== undefined && !isQualifiedName(port.appProtocol)) {
      report.add('not-label-key', ['ports', index, 'appProtocol'], { value: shown(port.appProtocol) });
    }
  }
  checkUnique(report, ['ports'], ports, (port) => port.name, ['name']);
}

function checkCount(report: Report, field: string, count: number, limit: number): void {
  if (count > limit) report.add('too-many-items', [field], { count, limit }, { aim: 'key' });
}

function fits(type: Fields['addressType'], address: string): boolean {
  switch (type) {
    case 'IPv4':
      return isIPv4(address);
    case 'IPv6':
      return isIPv6(address);
    case 'FQDN':
      return isDnsSubdomain(address) && address.includes('.');
    default:
      return true; // an unknown type has been reported
  }
}

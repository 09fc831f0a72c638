// Source: istio/istio:pkg/config/validation/validation.go ValidateWorkloadEntry, validateWorkloadEntry at 86c9f01fd735.

import { isIP } from '../../ip.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkPortNumber } from '../checks.ts';
import {
  checkIstioLabels,
  checkIstioMetadata,
  checkUnixAddress,
  isFqdn,
  isHostLabel,
  unixPrefix,
} from '../istio-checks.ts';
import type { WorkloadEntrySpec } from './type.ts';

export function validateWorkloadEntry(spec: WorkloadEntrySpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  checkEndpoint(spec, { report, allowsHostName: true, servicePorts: undefined }, ['spec']);
}

export interface EndpointContext {
  readonly report: Report;
  readonly allowsHostName: boolean;
  /** Names of the ports of the ServiceEntry it is an endpoint of; undefined when it stands alone. */
  readonly servicePorts: ReadonlySet<string> | undefined;
}

/** A workload as an object of its own, or as an endpoint of a ServiceEntry with static endpoints. */
export function checkEndpoint(entry: WorkloadEntrySpec, context: EndpointContext, path: FieldPath): void {
  const { report, allowsHostName, servicePorts } = context;
  const { address = '', network, ports = {} } = entry;
  const at = [...path, 'address'];
  if (address === '' && !network) {
    report.add('required-field', at, {}, { aim: 'head' });
    return;
  }
  if (address === '') report.add('istio-address-unset', path, { network: shown(network) }, { aim: 'head' });
  else if (address.startsWith(unixPrefix)) {
    checkUnixAddress(report, at, address);
    if (Object.keys(ports).length > 0) report.add('istio-unix-ports', [...path, 'ports'], {}, { aim: 'key' });
    if (servicePorts && servicePorts.size !== 1) report.add('istio-unix-one-port', at, {});
  } else if (!isIP(address) && !(allowsHostName && isFqdn(address))) {
    if (allowsHostName) report.add('istio-endpoint-address', at, { value: shown(address) });
    else report.add('istio-static-address', at, { value: shown(address) });
  }
  checkEndpointPorts(ports, servicePorts, report, [...path, 'ports']);
  checkIstioLabels(report, [...path, 'labels'], entry.labels);
}

export function checkEndpointPorts(
  ports: Readonly<Record<string, number>>,
  servicePorts: ReadonlySet<string> | undefined,
  report: Report,
  path: FieldPath,
): void {
  for (const [name, port] of Object.entries(ports)) {
    const at = [...path, name];
    if (servicePorts && !servicePorts.has(name)) report.add('istio-endpoint-port', at, { value: name }, { aim: 'key' });
    if (!isHostLabel(name)) report.add('not-dns-label', at, { value: shown(name) }, { aim: 'key' });
    checkPortNumber(report, at, port);
  }
}

// Source: istio/istio:pkg/config/validation/validation.go ValidateWorkloadGroup, validateReadinessProbe at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkOneOf, checkPortNumber } from '../checks.ts';
import { checkIstioLabels, checkIstioMetadata } from '../istio-checks.ts';
import type { WorkloadGroupSpec, WorkloadProbe } from './type.ts';

/** The address and what belongs to it are filled in when a workload registers, so the template need not have them. */
export function validateWorkloadGroup(spec: WorkloadGroupSpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  if (!spec.template) report.add('required-field', ['spec', 'template'], {}, { aim: 'head' });
  checkIstioLabels(report, ['spec', 'metadata', 'labels'], spec.metadata?.labels);
  if (spec.probe) checkProbe(spec.probe, report);
}

function checkProbe({ httpGet, tcpSocket, exec, grpc }: WorkloadProbe, report: Report): void {
  const path = ['spec', 'probe'];
  if (httpGet) {
    const at = [...path, 'httpGet'];
    checkPortNumber(report, [...at, 'port'], httpGet.port);
    checkOneOf(report, [...at, 'scheme'], httpGet.scheme || undefined, ['HTTP', 'HTTPS']);
    for (const [index, { name = '' }] of (httpGet.httpHeaders ?? []).entries()) {
      if (!/^[-A-Za-z0-9]+$/.test(name))
        report.add('not-header-name', [...at, 'httpHeaders', index, 'name'], { value: shown(name) });
    }
  } else if (tcpSocket) {
    checkPortNumber(report, [...path, 'tcpSocket', 'port'], tcpSocket.port);
  } else if (exec) {
    if (exec.command.length === 0) report.add('istio-empty-list', [...path, 'exec', 'command'], {}, { aim: 'key' });
  } else if (grpc) {
    report.add('istio-not-supported', [...path, 'grpc'], {}, { aim: 'key' });
  } else {
    report.add('istio-probe-method', path, {}, { aim: 'key' });
  }
}

// The hosts of one outbound listener: `namespace/host`, where the namespace may be `*` (any), `.` (the Sidecar's own) or `~name` (not that one).
// Source: istio/istio:pkg/config/validation/validation.go ValidateSidecar, agent/validation.go ValidateNamespaceSlashWildcardHostname at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkNamespacedHost, isHostLabel } from '../istio-checks.ts';

export interface EgressHostContext {
  readonly report: Report;
  /** The Sidecar's. */
  readonly namespace: string;
}

export function checkEgressHosts(
  hosts: readonly string[],
  { report, namespace: own }: EgressHostContext,
  path: FieldPath,
): void {
  const seen = new Map<string, Set<string>>();
  for (const [index, entry] of hosts.entries()) {
    const at = [...path, index];
    checkForm(entry, report, at);
    const [written = '', host] = splitOnce(entry);
    if (host === undefined || written.startsWith('~')) continue;
    const namespace = written === '.' ? own : written;
    const others = seen.get(namespace) ?? new Set<string>();
    const isCovered = host === '*' ? others.size > 0 : others.has(host) || others.has('*');
    if (isCovered) report.add('istio-egress-host-twice', at, { value: shown(entry) });
    seen.set(namespace, others.add(host));
  }
  if (seen.get('*')?.has('*') && seen.size > 1) report.add('istio-egress-host-all', path, {}, { aim: 'key' });
}

function checkForm(entry: string, report: Report, path: FieldPath): void {
  const [written = '', host] = splitOnce(entry);
  if (host === undefined || written === '' || host === '') {
    report.add('istio-host-form', path, { value: shown(entry) });
    return;
  }
  const namespace = written.replace(/^~/, '');
  const isNamespace = namespace === '' || namespace === '*' || namespace === '.' || isHostLabel(namespace);
  if (!isNamespace) report.add('istio-host-namespace', path, { value: shown(entry) });
  else checkNamespacedHost(report, path, host, { allowsAddress: false });
}

function splitOnce(entry: string): readonly string[] {
  const slash = entry.indexOf('/');
  return slash === -1 ? [entry] : [entry.slice(0, slash), entry.slice(slash + 1)];
}

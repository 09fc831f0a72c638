// Fields of Kubernetes' own kinds that are accepted and checked, but that the engine does not act on. What a cluster would do about them
// changes where a pod stands, who reaches it or when it starts; what only its machine would feel (limits, security contexts) goes unsaid,
// and so do volumes and priorities, which the ledger has as a whole.

import type { JsonValue } from '../json.ts';

const podFields: readonly string[] = [
  'affinity.podAffinity',
  'affinity.podAntiAffinity',
  'affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution',
  'topologySpreadConstraints',
  'runtimeClassName',
  'resourceClaims',
  'hostAliases',
  'dnsConfig',
];

const inTemplate = podFields.map((field) => `template.spec.${field}`);

/** Of the kinds below. */
export const kubernetesGroups: ReadonlySet<string> = new Set(['', 'apps', 'batch']);

/** By kind: paths from `spec` on. */
export const kubernetesFields: Readonly<Record<string, readonly string[]>> = {
  Pod: podFields,
  Deployment: inTemplate,
  ReplicaSet: inTemplate,
  StatefulSet: [...inTemplate, 'volumeClaimTemplates'],
  DaemonSet: inTemplate,
  Job: [...inTemplate, 'managedBy'],
  CronJob: ['timeZone', ...['managedBy', ...inTemplate].map((field) => `jobTemplate.spec.${field}`)],
  Service: ['externalIPs', 'sessionAffinity', 'trafficDistribution'],
};

/** Values of such a field that ask for nothing. */
const idle: Readonly<Record<string, readonly JsonValue[]>> = {
  sessionAffinity: ['None'],
  timeZone: ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT'],
  managedBy: ['kubernetes.io/job-controller'],
};

/** Whether a field of the table asks for something where it has this value. */
export function asksForMore(path: string, value: JsonValue): boolean {
  const field = path.slice(path.lastIndexOf('.') + 1);
  return idle[field]?.includes(value) !== true;
}

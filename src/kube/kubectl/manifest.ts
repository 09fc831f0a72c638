// What `kubectl get -o yaml` prints of an object: the stored object with the metadata and the status that the cluster wrote.
// Source: kubernetes/api@v1.34: core/v1, apps/v1, batch/v1 types. Not written: managedFields, image ids, probe and heartbeat
// times, conditions of workloads beyond Available and Complete.
import type { JsonObject, JsonValue, PodResource, Resource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { ContainerStatus, JobStatus, ObjectStatus, PodStatus, StoredObject, WorkloadStatus } from '../api.ts';
import { apiVersionOf } from '../objects/made-resource.ts';
import { closedGates } from '../kubelet/pod-status.ts';
import { externalAddress } from '../store/service-address.ts';

/** Engine time -> the timestamp an object carries. */
type Timestamp = (at: number) => string;

/** The object as JSON; `toYaml` sorts the keys as kubectl does. */
export function manifestOf(object: StoredObject, timestamp: Timestamp): JsonObject {
  const { resource, status } = object;
  const { apiVersion, kind, metadata: _metadata, status: written, ...rest } = resource.object;
  const spec = isKind(resource, 'Service') && status?.kind === 'Service' ? withClusterIP(rest, status.clusterIP) : rest;
  const made = status === undefined ? written : statusOf(status, object, timestamp);
  return {
    apiVersion: apiVersion ?? resource.apiVersion,
    kind: kind ?? resource.kind,
    metadata: metadataOf(object, timestamp),
    ...spec,
    ...(made === undefined ? {} : { status: made }),
  };
}

function metadataOf(object: StoredObject, timestamp: Timestamp): JsonObject {
  const { resource, uid, resourceVersion, createdAt, deletedAt, deletionGracePeriodSeconds, owner } = object;
  const { name, namespace, labels, annotations, finalizers } = resource.metadata;
  return compact({
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
    creationTimestamp: timestamp(createdAt),
    deletionGracePeriodSeconds,
    deletionTimestamp: deletedAt === undefined ? undefined : timestamp(deletedAt),
    finalizers: finalizers === undefined || finalizers.length === 0 ? undefined : finalizers,
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    name,
    namespace: namespace === '' ? undefined : namespace,
    ownerReferences:
      owner === undefined
        ? undefined
        : [
            {
              apiVersion: apiVersionOf(owner.kind),
              blockOwnerDeletion: true,
              controller: true,
              kind: owner.kind,
              name: owner.name,
            },
          ],
    resourceVersion: String(resourceVersion),
    uid,
  });
}

function withClusterIP(rest: JsonObject, clusterIP: string): JsonObject {
  const { spec } = rest;
  if (clusterIP === '' || typeof spec !== 'object' || spec === null || Array.isArray(spec)) return rest;
  return { ...rest, spec: { ...(spec as JsonObject), clusterIP, clusterIPs: [clusterIP] } };
}

function statusOf(status: ObjectStatus, object: StoredObject, timestamp: Timestamp): JsonObject {
  switch (status.kind) {
    case 'Pod':
      return isKind(object.resource, 'Pod')
        ? podStatus(status, { ...object, resource: object.resource }, timestamp)
        : {};
    case 'Service':
      return { loadBalancer: loadBalancerOf(object.resource) };
    case 'workload':
      return workloadStatus(status, object.resource.kind);
    case 'Job':
      return jobStatus(status);
    case 'CronJob':
      return { lastScheduleTime: timestamp(status.lastRun) };
    case 'written':
      return {
        ...withTimestamps(status.value, timestamp),
        ...(isKind(object.resource, 'Service') && { loadBalancer: loadBalancerOf(object.resource) }),
      };
  }
}

/** A written status with its engine times as timestamps. */
function withTimestamps(value: JsonObject, timestamp: Timestamp): JsonObject {
  const shown = (key: string, field: JsonValue): JsonValue => {
    if (key === 'lastTransitionTime' && typeof field === 'number') return timestamp(field);
    if (Array.isArray(field)) return field.map((item: JsonValue) => shown('', item));
    return isObject(field) ? withTimestamps(field, timestamp) : field;
  };
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shown(key, field)]));
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function loadBalancerOf(resource: Resource): JsonObject {
  const ip = isKind(resource, 'Service') ? externalAddress(resource) : undefined;
  return ip === undefined ? {} : { ingress: [{ ip, ipMode: 'VIP' }] };
}

function jobStatus({ active, ready, succeeded, failed, result, ending = result }: JobStatus): JsonObject {
  const decided = { complete: 'SuccessCriteriaMet', failed: 'FailureTarget' } as const;
  const ended = { complete: 'Complete', failed: 'Failed' } as const;
  const types = [...(ending === undefined ? [] : [decided[ending]]), ...(result === undefined ? [] : [ended[result]])];
  return compact({
    active: active === 0 ? undefined : active,
    conditions: types.length === 0 ? undefined : types.map((type) => ({ status: 'True', type })),
    failed: failed === 0 ? undefined : failed,
    ready,
    succeeded: succeeded === 0 ? undefined : succeeded,
  });
}

function workloadStatus(
  { replicas, ready, available, updated, complete, isStalled = false }: WorkloadStatus,
  kind: string,
): JsonObject {
  if (kind === 'DaemonSet')
    return {
      currentNumberScheduled: replicas,
      desiredNumberScheduled: replicas,
      numberReady: ready,
      updatedNumberScheduled: updated,
    };
  return compact({
    availableReplicas: available === 0 ? undefined : available,
    conditions:
      kind === 'Deployment'
        ? [
            { status: complete ? 'True' : 'False', type: 'Available' },
            isStalled
              ? { reason: 'ProgressDeadlineExceeded', status: 'False', type: 'Progressing' }
              : {
                  reason: complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
                  status: 'True',
                  type: 'Progressing',
                },
          ]
        : undefined,
    readyReplicas: ready === 0 ? undefined : ready,
    replicas,
    updatedReplicas: kind === 'ReplicaSet' || updated === 0 ? undefined : updated,
  });
}

function podStatus(status: PodStatus, object: StoredObject<PodResource>, timestamp: Timestamp): JsonObject {
  const { spec } = object.resource;
  const { scheduled, initialized, containersReady, ready } = status.conditions;
  const condition = (type: string, holds: boolean): JsonObject => ({ status: holds ? 'True' : 'False', type });
  const closed = closedGates(spec, status.gates);
  const gated = {
    message: closed.map((gate) => gateMessage(gate, status.gates[gate])).join(' '),
    reason: 'ReadinessGatesNotReady',
  };
  const init = status.containers.filter(({ role }) => role !== 'app');
  const apps = status.containers.filter(({ role }) => role === 'app');
  return compact({
    conditions: [
      condition('Initialized', initialized),
      { ...condition('Ready', ready), ...(containersReady && closed.length > 0 ? gated : {}) },
      condition('ContainersReady', containersReady),
      condition('PodScheduled', scheduled),
      ...Object.entries(status.gates).map(([type, holds]) => condition(type, holds)),
    ],
    containerStatuses: apps.length === 0 ? undefined : apps.map(containerStatus),
    initContainerStatuses: init.length === 0 ? undefined : init.map(containerStatus),
    phase: status.phase,
    podIP: status.podIP,
    podIPs: status.podIP === undefined ? undefined : [{ ip: status.podIP }],
    startTime: scheduled ? timestamp(object.createdAt) : undefined,
  });
}

/** Why a gate is closed. Source: kubernetes/kubernetes@v1.34: pkg/kubelet/status/generate.go. */
function gateMessage(gate: string, value: boolean | undefined): string {
  return value === undefined
    ? `corresponding condition of pod readiness gate "${gate}" does not exist.`
    : `the status of pod readiness gate "${gate}" is not "True", but False`;
}

function containerStatus({ name, state, reason, exitCode, ready, started, restarts }: ContainerStatus): JsonObject {
  const states: Readonly<Record<ContainerStatus['state'], JsonObject>> = {
    running: { running: {} },
    waiting: { waiting: { reason } },
    terminated: { terminated: { exitCode, reason } },
  };
  return { name, ready, restartCount: restarts, started, state: states[state] };
}

/** Without what is undefined. */
function compact(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

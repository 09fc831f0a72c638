// What the API server fills into a pod and into a pod template. Source: kubernetes/kubernetes:pkg/apis/core/v1/defaults.go at v1.34.

import { get, isArray, isObject, type JsonObject } from '../../json.ts';
import { isZero, mapField, mapItems, withDefaults, withField, withoutZero, withZeroDefaults } from '../defaulting.ts';

/** Seconds a pod has to end after SIGTERM. */
const gracePeriodSeconds = 30;
/** Mode 0644 for files of projected volumes. */
const volumeFileMode = 0o644;

export function podDefaults(pod: JsonObject): JsonObject {
  return withField(pod, 'spec', (spec) => {
    const filled = mapContainers(podSpecDefaults(spec), requestsFromLimits);
    return get(filled, 'hostNetwork') === true ? mapContainers(filled, hostPorts) : filled;
  });
}

/** `template` of a Deployment, Job and their like. */
export function podTemplateDefaults(owner: JsonObject): JsonObject {
  return mapField(owner, 'template', (template) =>
    withField(
      withField(template, 'metadata', (metadata) => metadata),
      'spec',
      podSpecDefaults,
    ),
  );
}

/** Go leaves these out when they are empty: `serviceAccountName: ""` asks for the namespace's `default`. */
const omittedWhenEmpty = ['serviceAccountName', 'nodeName', 'hostname', 'subdomain'];

function podSpecDefaults(spec: JsonObject): JsonObject {
  const legacyAccount = get(spec, 'serviceAccount');
  const named =
    isZero(get(spec, 'serviceAccountName')) && typeof legacyAccount === 'string'
      ? { ...spec, serviceAccountName: legacyAccount }
      : spec;
  const filled = withZeroDefaults(
    withDefaults(withoutZero(named, omittedWhenEmpty), {
      terminationGracePeriodSeconds: gracePeriodSeconds,
      securityContext: {},
    }),
    {
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
    },
  );
  return mapItems(mapContainers(filled, containerDefaults), 'volumes', volumeDefaults);
}

function mapContainers(spec: JsonObject, change: (container: JsonObject) => JsonObject): JsonObject {
  return ['initContainers', 'containers', 'ephemeralContainers'].reduce(
    (result, key) => mapItems(result, key, change),
    spec,
  );
}

function containerDefaults(container: JsonObject): JsonObject {
  let filled = withZeroDefaults(withDefaults(container, { resources: {} }), {
    imagePullPolicy: pullPolicyOf(get(container, 'image')),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  filled = mapItems(filled, 'ports', (port) => withZeroDefaults(port, { protocol: 'TCP' }));
  filled = mapItems(filled, 'env', (variable) =>
    mapField(variable, 'valueFrom', (from) =>
      mapField(from, 'fieldRef', (ref) => withZeroDefaults(ref, { apiVersion: 'v1' })),
    ),
  );
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    filled = mapField(filled, probe, probeDefaults);
  return mapField(filled, 'lifecycle', (lifecycle) =>
    ['postStart', 'preStop'].reduce((result, hook) => mapField(result, hook, handlerDefaults), lifecycle),
  );
}

/** `Always` for `:latest` and for an image without tag and digest. */
function pullPolicyOf(image: JsonObject[string] | undefined): string {
  if (typeof image !== 'string') return 'IfNotPresent';
  const [name = '', digest] = image.split('@');
  const tag = /:([^/:]*)$/.exec(name)?.[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

function probeDefaults(probe: JsonObject): JsonObject {
  const filled = withZeroDefaults(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return handlerDefaults(mapField(filled, 'grpc', (grpc) => withDefaults(grpc, { service: '' })));
}

function handlerDefaults(handler: JsonObject): JsonObject {
  return mapField(handler, 'httpGet', (httpGet) => withZeroDefaults(httpGet, { path: '/', scheme: 'HTTP' }));
}

function volumeDefaults(volume: JsonObject): JsonObject {
  const hasSource = Object.keys(volume).some((key) => key !== 'name');
  let filled = hasSource ? volume : { ...volume, emptyDir: {} };
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    filled = mapField(filled, source, (fields) => withDefaults(fields, { defaultMode: volumeFileMode }));
  }
  return mapField(filled, 'hostPath', (hostPath) => withDefaults(hostPath, { type: '' }));
}

/** A limit without a request asks for as much as it allows. Only on pods: a template keeps what was written. */
function requestsFromLimits(container: JsonObject): JsonObject {
  return mapField(container, 'resources', (resources) => {
    const limits = get(resources, 'limits');
    if (!isObject(limits) || Object.keys(limits).length === 0) return resources;
    return withField(resources, 'requests', (requests) => withDefaults(requests, limits));
  });
}

function hostPorts(container: JsonObject): JsonObject {
  const ports = get(container, 'ports');
  if (!isArray(ports)) return container;
  return mapItems(container, 'ports', (port) => withZeroDefaults(port, { hostPort: get(port, 'containerPort') ?? 0 }));
}

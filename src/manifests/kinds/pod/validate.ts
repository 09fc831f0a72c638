// What the API server refuses in a pod or a pod template.
// Source: kubernetes/kubernetes:pkg/apis/core/validation/validation.go at v1.34. Checked: what a mesh can be broken by; volumes, security
// contexts, affinity and scheduling are held against their schema only.

import { isIP } from '../../ip.ts';
import { checkLabels, checkName, isEnvName, isPortName } from '../../names.ts';
import type { Report } from '../../report.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import {
  checkNotNegative,
  checkOneOf,
  checkPortNumber,
  checkPortReference,
  checkPositive,
  checkPresent,
  checkUnique,
} from '../checks.ts';
import { quantityOf } from './quantity.ts';
import type {
  Container,
  HttpGetAction,
  LifecycleHandler,
  PodSpec,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
} from './type.ts';

const protocols = ['TCP', 'UDP', 'SCTP'];
const restartPolicies = ['Always', 'OnFailure', 'Never'];

/** What the pods of a kind may do besides what every pod may. */
export interface TemplateRules {
  /** The restart policies the owner's kind permits. */
  readonly restartPolicies: readonly string[];
  /** Names of volumes that the owner gives to each pod: a StatefulSet's volumeClaimTemplates. */
  readonly claims: readonly string[];
}

/** `claims`: names of volumes the pod has without writing them. */
export function validatePodSpec(spec: PodSpec, report: Report, path: FieldPath, claims: readonly string[] = []): void {
  checkOneOf(report, [...path, 'restartPolicy'], spec.restartPolicy, restartPolicies);
  checkOneOf(report, [...path, 'dnsPolicy'], spec.dnsPolicy, [
    'ClusterFirst',
    'ClusterFirstWithHostNet',
    'Default',
    'None',
  ]);
  checkNotNegative(report, [...path, 'terminationGracePeriodSeconds'], spec.terminationGracePeriodSeconds);
  checkPositive(report, [...path, 'activeDeadlineSeconds'], spec.activeDeadlineSeconds);
  const account = spec.serviceAccountName ?? '';
  if (account !== '') checkName(report, [...path, 'serviceAccountName'], account, 'dns-subdomain');
  if (spec.hostname) checkName(report, [...path, 'hostname'], spec.hostname, 'dns-label');
  if (spec.subdomain) checkName(report, [...path, 'subdomain'], spec.subdomain, 'dns-label');
  checkLabels(report, [...path, 'nodeSelector'], spec.nodeSelector ?? {});
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    if (!isIP(alias.ip))
      report.add('wrong-format', [...path, 'hostAliases', index, 'ip'], { value: shown(alias.ip), format: 'IP' });
  }
  validateVolumes(spec, report, path);
  validateContainers(spec, report, path, claims);
}

export function validatePodTemplate(
  template: PodTemplateSpec,
  report: Report,
  path: FieldPath,
  { restartPolicies: allowed, claims }: TemplateRules,
): void {
  checkLabels(report, [...path, 'metadata', 'labels'], template.metadata.labels ?? {});
  validatePodSpec(template.spec, report, [...path, 'spec'], claims);
  const { restartPolicy } = template.spec;
  if (restartPolicies.includes(restartPolicy)) {
    const at = [...path, 'spec', 'restartPolicy'];
    const isWritten = report.nodeAt(at) !== undefined;
    if (!allowed.includes(restartPolicy) && isWritten) checkOneOf(report, at, restartPolicy, allowed);
    else if (!allowed.includes(restartPolicy))
      report.add('restart-policy-missing', at, { allowed: allowed.join(', ') }, { aim: 'head' });
  }
}

function validateVolumes(spec: PodSpec, report: Report, path: FieldPath): void {
  const volumes = spec.volumes ?? [];
  for (const [index, volume] of volumes.entries()) {
    const at = [...path, 'volumes', index];
    checkName(report, [...at, 'name'], volume.name, 'dns-label');
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    if (sources.length > 1)
      report.add('at-most-one-of', [...at, sources[1] ?? ''], { fields: sources.join(', ') }, { aim: 'key' });
  }
  checkUnique(report, [...path, 'volumes'], volumes, (volume) => volume.name, ['name']);
}

function validateContainers(spec: PodSpec, report: Report, path: FieldPath, claims: readonly string[]): void {
  const { containers, initContainers = [], ephemeralContainers = [] } = spec;
  if (containers.length === 0) report.add('required-field', [...path, 'containers'], {}, { aim: 'head' });
  const volumes = new Set([...(spec.volumes ?? []).map((volume) => volume.name), ...claims]);
  const names = new Set<string>();
  const groups = [
    ['initContainers', initContainers],
    ['containers', containers],
    ['ephemeralContainers', ephemeralContainers],
  ] as const;
  for (const [group, list] of groups) {
    for (const [index, container] of list.entries()) {
      const at = [...path, group, index];
      validateContainer(container, report, at, spec);
      if (container.name !== '' && names.has(container.name)) {
        report.add('duplicate-value', [...at, 'name'], { value: container.name });
      }
      names.add(container.name);
      validateMounts(container, volumes, report, at);
      if (group === 'initContainers') validateInitContainer(container, report, at);
      else validateRunningContainer(container, report, at);
    }
  }
  validateHostPorts(containers, report, path);
}

function validateContainer(container: Container, report: Report, path: FieldPath, spec: PodSpec): void {
  if (container.name === '') checkPresent(report, [...path, 'name'], container.name);
  else checkName(report, [...path, 'name'], container.name, 'dns-label');
  checkPresent(report, [...path, 'image'], container.image);
  checkOneOf(report, [...path, 'imagePullPolicy'], container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']);
  validateEnvironment(container, report, path);
  validatePorts(container, report, path, spec);
  validateResources(container.resources, report, [...path, 'resources']);
  const { readinessProbe, lifecycle } = container;
  if (readinessProbe) validateProbe(readinessProbe, report, [...path, 'readinessProbe']);
  for (const name of ['livenessProbe', 'startupProbe'] as const) {
    const probe = container[name];
    if (!probe) continue;
    validateProbe(probe, report, [...path, name]);
    if (probe.successThreshold > 1) {
      report.add('success-threshold', [...path, name, 'successThreshold'], { value: probe.successThreshold });
    }
  }
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook];
    if (handler) validateHook(handler, report, [...path, 'lifecycle', hook], spec);
  }
}

function validateEnvironment(container: Container, report: Report, path: FieldPath): void {
  for (const [index, variable] of (container.env ?? []).entries()) {
    const at = [...path, 'env', index];
    if (variable.name === '') checkPresent(report, [...at, 'name'], variable.name);
    else if (!isEnvName(variable.name)) report.add('not-env-name', [...at, 'name'], { value: shown(variable.name) });
    if (!variable.valueFrom) continue;
    const sources = Object.keys(variable.valueFrom);
    if (variable.value) report.add('not-together', [...at, 'valueFrom'], { other: 'value' }, { aim: 'key' });
    if (sources.length !== 1) {
      const fields = 'fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef';
      report.add('exactly-one-of', [...at, 'valueFrom'], { fields }, { aim: 'key' });
    }
  }
}

function validatePorts(container: Container, report: Report, path: FieldPath, spec: PodSpec): void {
  const ports = container.ports ?? [];
  for (const [index, port] of ports.entries()) {
    const at = [...path, 'ports', index];
    checkPortNumber(report, [...at, 'containerPort'], port.containerPort);
    checkOneOf(report, [...at, 'protocol'], port.protocol, protocols);
    if (port.name !== undefined && port.name !== '' && !isPortName(port.name)) {
      report.add('not-port-name', [...at, 'name'], { value: shown(port.name) });
    }
    // Defaulted from containerPort, it has been checked there.
    if (port.hostPort && report.nodeAt([...at, 'hostPort'])) {
      checkPortNumber(report, [...at, 'hostPort'], port.hostPort);
      if (spec.hostNetwork === true && port.hostPort !== port.containerPort) {
        report.add('host-port-differs', [...at, 'hostPort'], { value: port.hostPort, other: port.containerPort });
      }
    }
  }
  checkUnique(report, [...path, 'ports'], ports, (port) => port.name || undefined, ['name']);
}

function validateHostPorts(containers: readonly Container[], report: Report, path: FieldPath): void {
  const seen = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [portIndex, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
      const at = [...path, 'containers', index, 'ports', portIndex, 'hostPort'];
      if (seen.has(key) && report.nodeAt(at)) report.add('duplicate-value', at, { value: port.hostPort });
      seen.add(key);
    }
  }
}

function validateMounts(container: Container, volumes: ReadonlySet<string>, report: Report, path: FieldPath): void {
  const mounts = container.volumeMounts ?? [];
  for (const [index, mount] of mounts.entries()) {
    if (!volumes.has(mount.name))
      report.add('volume-not-found', [...path, 'volumeMounts', index, 'name'], { value: shown(mount.name) });
  }
  checkUnique(report, [...path, 'volumeMounts'], mounts, (mount) => mount.mountPath, ['mountPath']);
}

function validateResources(resources: ResourceRequirements, report: Report, path: FieldPath): void {
  const { requests = {}, limits = {} } = resources;
  for (const [name, request] of Object.entries(requests)) {
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    const requested = quantityOf(request);
    const allowed = limit === undefined ? undefined : quantityOf(limit);
    if (requested !== undefined && allowed !== undefined && requested > allowed) {
      report.add('request-over-limit', [...path, 'requests', name], { value: request, limit: limit ?? '' });
    }
  }
}

/** Only a native sidecar (`restartPolicy: Always`) may have probes and hooks; a plain init container just runs to its end. */
function validateInitContainer(container: Container, report: Report, path: FieldPath): void {
  checkOneOf(report, [...path, 'restartPolicy'], container.restartPolicy, ['Always']);
  if (container.restartPolicy === 'Always') return;
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field]) report.add('init-container-field', [...path, field], {}, { aim: 'key' });
  }
}

function validateRunningContainer(container: Container, report: Report, path: FieldPath): void {
  if (container.restartPolicy !== undefined)
    report.add('container-restart-policy', [...path, 'restartPolicy'], {}, { aim: 'key' });
}

const handlerNames = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

function validateProbe(probe: Probe, report: Report, path: FieldPath): void {
  const handlers = handlerNames.filter((name) => probe[name] !== undefined);
  if (handlers.length !== 1) {
    report.add('exactly-one-of', path, { fields: handlerNames.join(', ') }, { aim: 'key' });
  }
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    checkNotNegative(report, [...path, field], probe[field]);
  }
  checkPositive(report, [...path, 'terminationGracePeriodSeconds'], probe.terminationGracePeriodSeconds);
  validateHandler(probe, report, path);
  if (probe.grpc) checkPortNumber(report, [...path, 'grpc', 'port'], probe.grpc.port);
}

function validateHook(handler: LifecycleHandler, report: Report, path: FieldPath, spec: PodSpec): void {
  const names = ['exec', 'httpGet', 'tcpSocket', 'sleep'] as const;
  const handlers = names.filter((name) => handler[name] !== undefined);
  if (handlers.length !== 1) report.add('exactly-one-of', path, { fields: names.join(', ') }, { aim: 'key' });
  validateHandler(handler, report, path);
  const { sleep } = handler;
  if (sleep && (sleep.seconds < 0 || sleep.seconds > spec.terminationGracePeriodSeconds)) {
    report.add('sleep-over-grace', [...path, 'sleep', 'seconds'], {
      value: sleep.seconds,
      limit: spec.terminationGracePeriodSeconds,
    });
  }
}

interface Handler {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: HttpGetAction;
  readonly tcpSocket?: { readonly port: number | string };
}

function validateHandler({ exec, httpGet, tcpSocket }: Handler, report: Report, path: FieldPath): void {
  if (exec && (exec.command ?? []).length === 0)
    report.add('required-field', [...path, 'exec', 'command'], {}, { aim: 'head' });
  if (tcpSocket) checkPortReference(report, [...path, 'tcpSocket', 'port'], tcpSocket.port);
  if (!httpGet) return;
  checkPortReference(report, [...path, 'httpGet', 'port'], httpGet.port);
  checkOneOf(report, [...path, 'httpGet', 'scheme'], httpGet.scheme, ['HTTP', 'HTTPS']);
  for (const [index, header] of (httpGet.httpHeaders ?? []).entries()) {
    if (!/^[-A-Za-z0-9]+$/.test(header.name)) {
      report.add('not-header-name', [...path, 'httpGet', 'httpHeaders', index, 'name'], { value: shown(header.name) });
    }
  }
}

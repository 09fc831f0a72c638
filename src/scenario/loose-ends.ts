// What one object expects of another and does not find: a selector that selects nothing, a port nobody has, a host nobody is.
// kubectl takes all of these without a word and the request fails later; so none is more than a warning, and the run goes on.
import type { Diagnostic, FieldPath, JsonObject, MessageKey, Range, Resource, ResourceOf } from '../manifests/index.ts';
import { isKind, refOf } from '../manifests/index.ts';
import type { AnnotatedCall } from './calls-annotation.ts';
import { valueAt } from './calls-annotation.ts';
import type { ParsedScenario } from './format.ts';

type Service = ResourceOf<'Service'>;

/** Pods somebody will make: of a Pod, or of anything with a pod template, simulated or not. */
interface PodSketch {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly portNames: ReadonlySet<unknown>;
}

/**
 * Warnings about references that lead nowhere, as far as the given manifests tell. Where `isIncomplete` says that something of
 * a namespace was rejected, nothing is said to be missing there: one mistake, one message.
 */
export function looseEndsOf(
  resources: readonly Resource[],
  calls: readonly AnnotatedCall[],
  isIncomplete: (namespace: string) => boolean,
): readonly Diagnostic[] {
  const pods = resources.flatMap(podSketchesOf);
  const services = resources.filter((resource): resource is Service => isKind(resource, 'Service'));
  const named = new Map(services.map((service) => [keyOf(service.metadata.namespace, service.metadata.name), service]));
  return [
    ...missingNamespaces(resources),
    ...services.flatMap((service) => (isIncomplete(service.metadata.namespace) ? [] : looseSelector(service, pods))),
    ...calls.flatMap((call) =>
      isIncomplete(call.resource.metadata.namespace) ? [] : looseCall(call, named, resources),
    ),
  ];
}

/** Namespaces that a cluster has before anybody makes one. */
const givenNamespaces: readonly string[] = ['default', 'istio-system', 'kube-system', 'kube-public', 'kube-node-lease'];

/** A namespace that no file makes: here it is there by itself, kubectl refuses what is in it. Said once, where it is first named. */
function missingNamespaces(resources: readonly Resource[]): readonly Diagnostic[] {
  const known = new Set([
    ...givenNamespaces,
    ...resources.filter((resource) => isKind(resource, 'Namespace')).map(({ metadata }) => metadata.name),
  ]);
  return resources.flatMap((resource) => {
    const { namespace } = resource.metadata;
    if (namespace === '' || known.has(namespace)) return [];
    known.add(namespace);
    const { source } = resource;
    const { start } = source.range;
    const made = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n---\n`;
    const fix = { title: 'fix-namespace', params: { namespace }, range: { start, end: start }, text: made } as const;
    const range = source.locate(['metadata', 'namespace']);
    const found = loose(resource, range, 'namespace-missing', { namespace });
    return [{ ...found, severity: 'info' as const, ...(start.column === 1 ? { fix } : {}) }];
  });
}

const templatePaths: readonly FieldPath[] = [
  ['spec', 'template'],
  ['spec', 'jobTemplate', 'spec', 'template'],
];

function podSketchesOf(resource: Resource): readonly PodSketch[] {
  const { namespace } = resource.metadata;
  const templates: readonly unknown[] = isKind(resource, 'Pod')
    ? [resource.object]
    : templatePaths.map((path) => valueAt(resource.object, path));
  return templates
    .filter((template) => template !== undefined)
    .map((template) => ({
      namespace,
      labels: recordOf(valueAt(template, ['metadata', 'labels'])),
      portNames: new Set(
        listOf(valueAt(template, ['spec', 'containers']))
          .concat(listOf(valueAt(template, ['spec', 'initContainers'])))
          .flatMap((container) => listOf(valueAt(container, ['ports'])))
          .map((port) => valueAt(port, ['name'])),
      ),
    }));
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}; // narrowed to an object
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function looseSelector(service: Service, pods: readonly PodSketch[]): readonly Diagnostic[] {
  const { selector, ports, type } = service.spec;
  const wanted = Object.entries(selector ?? {});
  if (wanted.length === 0 || type === 'ExternalName') return [];
  const { namespace, name } = service.metadata;
  const neighbours = pods.filter((pod) => pod.namespace === namespace);
  // Services without any pods are a piece of something larger.
  if (neighbours.length === 0) return [];
  const selected = neighbours.filter((pod) => wanted.every(([key, value]) => pod.labels[key] === value));
  if (selected.length === 0) {
    const labels = wanted.map(([key, value]) => `${key}=${value}`).join(', ');
    return [loose(service, service.source.locate(['spec', 'selector']), 'service-selects-nothing', { name, labels })];
  }
  return ports.flatMap(({ targetPort }, index) => {
    if (typeof targetPort !== 'string' || selected.some((pod) => pod.portNames.has(targetPort))) return [];
    const range = service.source.locate(['spec', 'ports', index, 'targetPort']);
    return [loose(service, range, 'target-port-missing', { name, port: targetPort })];
  });
}

function looseCall(
  { resource, target, range }: AnnotatedCall,
  services: ReadonlyMap<string, Service>,
  resources: readonly Resource[],
): readonly Diagnostic[] {
  if (target === undefined) return [];
  const [name = '', namespace = resource.metadata.namespace, svc] = target.host.split('.');
  // A longer name may be a host outside of the cluster.
  const isClusterName = !target.host.includes('.') || svc === 'svc' || services.has(keyOf(namespace, name));
  if (!isClusterName || target.host === 'localhost' || target.host.startsWith('[')) return [];
  const service = services.get(keyOf(namespace, name));
  if (service === undefined) {
    const isDeclared = resources.some(({ object }) => listOf(valueAt(object, ['spec', 'hosts'])).includes(target.host));
    return isDeclared ? [] : [loose(resource, range, 'call-host-unknown', { name, namespace })];
  }
  const ports = service.spec.ports.map(({ port }) => port);
  if (ports.length === 0 || ports.includes(target.port)) return [];
  // A headless Service has no port of its own: its name leads to the pods.
  if (service.spec.clusterIP === 'None' || service.spec.type === 'ExternalName') return [];
  return [loose(resource, range, 'call-port-missing', { name, port: target.port, ports: ports.join(', ') })];
}

/** Programs of a scenario for workloads that no manifest has. A later intervention may bring them: then nothing is said. */
export function unusedPrograms(scenario: ParsedScenario, resources: readonly Resource[]): readonly Diagnostic[] {
  const { resource, spec } = scenario;
  if (resource === undefined || (spec.interventions ?? []).some((item) => 'apply' in item)) return [];
  const known = new Set(resources.map(({ metadata }) => keyOf(metadata.namespace, metadata.name)));
  const stated = listOf(valueAt(resource.object, ['spec', 'programs']));
  const used = new Set((spec.programs ?? []).map(({ workload }) => workload));
  return stated.flatMap((program, index) => {
    const workload = valueAt(program, ['workload']);
    if (typeof workload !== 'string' || known.has(workload) || !used.has(workload)) return [];
    const range = resource.source.locate(['spec', 'programs', index, 'workload']);
    return [loose(resource, range, 'program-without-workload', { workload })];
  });
}

/** Interventions whose target no manifest, file applied later, node or system has, or to which they can do nothing. */
export function strayInterventions(
  { resource, spec }: ParsedScenario,
  objects: readonly Resource[],
  nodes: readonly string[],
): readonly Diagnostic[] {
  if (resource === undefined || (spec.interventions ?? []).some((item) => 'apply' in item)) return [];
  const known = new Set(objects.map(({ metadata }) => keyOf(metadata.namespace, metadata.name)));
  const isThere = (target: string): boolean => {
    if (!target.includes('/')) return !target.startsWith('node:') || nodes.includes(target.slice('node:'.length));
    // What a person did not write, the installation and controllers may have made.
    return known.has(target) || target.startsWith('istio-system/') || target.startsWith('kube-system/');
  };
  const stated = listOf(valueAt(resource.object, ['spec', 'interventions']));
  return stated.flatMap((intervention, index) =>
    Object.entries(recordOf(intervention)).flatMap(([field, value]) => {
      const isNode = nodeFields.has(field);
      if (!isNode && !targetFields.has(field)) return [];
      const targets = (Array.isArray(value) ? value : [value]).filter((target) => typeof target === 'string');
      const range = resource.source.locate(['spec', 'interventions', index, field]);
      if (packetFields.has(field) && targets.includes(controlPlane))
        return [loose(resource, range, 'intervention-without-packets', { intervention: field })];
      return targets
        .filter((target) => (isNode ? !nodes.includes(target) : !isThere(target)))
        .map((target) => loose(resource, range, 'intervention-without-target', { target }));
    }),
  );
}

const nodeFields: ReadonlySet<string> = new Set(['cordon', 'uncordon', 'drain', 'reboot', 'lose', 'skew']);
const targetFields: ReadonlySet<string> = new Set(
  'kill restart pause slow delay drop duplicate partition cut expire condition scale roll upgrade'.split(' '),
);

/** What only packets can come to; what the control plane says to its clients is none here. */
const packetFields: ReadonlySet<string> = new Set(['delay', 'drop', 'duplicate']);
const controlPlane = 'control-plane';

function loose(resource: Resource, range: Range, message: MessageKey, params: Diagnostic['params']): Diagnostic {
  const { path } = resource.source;
  return { code: message, severity: 'warning', path, range, message, params, resource: refOf(resource) };
}

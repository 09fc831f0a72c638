// What a field may well hold beyond what its schema lists: names of the world, well-known texts. By the key of its description.

import { selectorMatches } from '../kinds/label-selector.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';
import type { FieldPath } from '../source.ts';
import { textAt, valueAt } from './field-schema.ts';
import { containerPorts, type KnownNames, podLabels, servicePorts, unique } from './known-names.ts';

export interface ValueQuestion {
  readonly names: KnownNames;
  /** The document the field is in. */
  readonly object: JsonObject;
  readonly path: FieldPath;
}

type Values = (question: ValueQuestion) => readonly string[];

const of = (...texts: readonly string[]): Values => {
  return () => texts;
};

const namespaceOf = ({ object }: ValueQuestion): string => {
  const written = isObject(object['metadata']) ? textAt(object['metadata'], 'namespace') : '';
  return written === '' ? 'default' : written;
};

const namesOf =
  (kind: string): Values =>
  (question) => {
    // A reference beside a namespace refers to there.
    const beside = valueAt(question.object, [...question.path.slice(0, -1), 'namespace']);
    const namespace = typeof beside === 'string' ? beside : namespaceOf(question);
    const own = question.names.objects.filter((known) => known.kind === kind && known.namespace === namespace);
    return unique(own.map(({ name }) => name));
  };

const namespaces: Values = ({ names }) => names.namespaces;

/** Short in the own namespace, `name.namespace.svc.cluster.local` elsewhere. */
const hosts: Values = (question) => {
  const own = namespaceOf(question);
  return unique(
    question.names.objects
      .filter(({ kind }) => kind === 'Service')
      .map(({ name, namespace }) => (namespace === own ? name : `${name}.${namespace}.svc.cluster.local`)),
  );
};

const accounts = (question: ValueQuestion): readonly { readonly namespace: string; readonly name: string }[] => {
  const written = question.names.objects.filter(({ kind }) => kind === 'ServiceAccount');
  return [...written, ...question.names.namespaces.map((namespace) => ({ namespace, name: 'default' }))];
};

/** The texts of a map; anything else in it is no label. */
function textMap(value: JsonValue | undefined): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

const workloads: Values = ({ names }) =>
  unique(
    names.objects
      .filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'Pod'].includes(kind))
      .map(({ namespace, name }) => `${namespace}/${name}`),
  );

/** Ports of the pods that this Service selects; of all pods while it selects none. */
const targetPorts: Values = (question) => {
  const selector = valueAt(question.object, ['spec', 'selector']);
  const pods = question.names.objects.filter(({ namespace }) => namespace === namespaceOf(question));
  const labelsOf = (object: JsonObject) => {
    const place =
      textAt(object, 'kind') === 'Pod' ? ['metadata', 'labels'] : ['spec', 'template', 'metadata', 'labels'];
    return textMap(valueAt(object, place));
  };
  const matchLabels = textMap(selector);
  const selected = pods.filter(({ object }) => selectorMatches({ matchLabels }, labelsOf(object)));
  const ports = selected.flatMap(({ object }) => containerPorts(object));
  return unique(ports.flatMap(({ name, port }) => [name, String(port)]));
};

/** Ports of the container that a probe is for, by name and number. */
const ownPorts: Values = ({ object }) =>
  unique(containerPorts(object).flatMap(({ name, port }) => [name, String(port)]));

/** Ports of the Service that the reference names. */
const portsOfService: Values = (question) => {
  const parent = question.path.slice(0, question.path.at(-1) === 'number' ? -2 : -1);
  const reference = valueAt(question.object, parent);
  if (!isObject(reference)) return [];
  const [name = '', elsewhere] = (textAt(reference, 'name') || textAt(reference, 'host')).split('.');
  const namespace = elsewhere ?? (textAt(reference, 'namespace') || namespaceOf(question));
  const service = question.names.objects.find(
    (known) => known.kind === 'Service' && known.name === name && known.namespace === namespace,
  );
  return service === undefined ? [] : servicePorts(service.object).map(String);
};

const allContainerPorts: Values = (question) =>
  unique(
    question.names.objects
      .filter(({ namespace }) => namespace === namespaceOf(question))
      .flatMap(({ object }) => containerPorts(object).map(({ port }) => String(port))),
  );

const METHODS = of('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS');

const VALUES: Readonly<Record<string, Values>> = {
  'metadata.namespace': namespaces,
  'metadata.labels.istio-injection': of('enabled', 'disabled'),
  'metadata.labels.istio.io/dataplane-mode': of('ambient', 'none'),
  'metadata.labels.sidecar.istio.io/inject': of('"true"', '"false"'),
  'metadata.annotations.meshscope.dev/calls': (question) => {
    const [host = 'orders'] = hosts(question);
    return [
      `http://${host}:8080/ every 1s`,
      `http://${host}:8080/ on start`,
      `grpc://${host}:9000/pkg.Service/Method every 200ms`,
    ];
  },
  'metadata.annotations.proxy.istio.io/config': of('\'{"holdApplicationUntilProxyStarts": true}\''),
  'labelSelector.matchExpressions.operator': of('In', 'NotIn', 'Exists', 'DoesNotExist'),
  'Deployment.spec.strategy.type': of('RollingUpdate', 'Recreate'),
  'StatefulSet.spec.podManagementPolicy': of('OrderedReady', 'Parallel'),
  'StatefulSet.spec.updateStrategy.type': of('RollingUpdate', 'OnDelete'),
  'DaemonSet.spec.updateStrategy.type': of('RollingUpdate', 'OnDelete'),
  'Job.spec.completionMode': of('NonIndexed', 'Indexed'),
  'Pod.spec.restartPolicy': of('Always', 'OnFailure', 'Never'),
  'Pod.spec.dnsPolicy': of('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  'container.imagePullPolicy': of('IfNotPresent', 'Always', 'Never'),
  'container.restartPolicy': of('Always'),
  'container.ports.protocol': of('TCP', 'UDP', 'SCTP'),
  'container.ports.name': of('http', 'grpc', 'tcp'),
  'handler.httpGet.scheme': of('HTTP', 'HTTPS'),
  'Service.spec.type': of('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
  'Service.spec.ports.protocol': of('TCP', 'UDP', 'SCTP'),
  'Service.spec.internalTrafficPolicy': of('Cluster', 'Local'),
  'EndpointSlice.addressType': of('IPv4', 'IPv6', 'FQDN'),
  'Pod.spec.serviceAccountName': namesOf('ServiceAccount'),
  'container.image': ({ names }) =>
    unique(
      names.objects.flatMap(({ object }) => {
        const containers = valueAt(object, ['spec', 'template', 'spec', 'containers']);
        return Array.isArray(containers) ? containers.map((one: JsonObject) => textAt(one, 'image')) : [];
      }),
    ),
  'container.env.valueFrom.configMapKeyRef.name': namesOf('ConfigMap'),
  'container.envFrom.configMapRef.name': namesOf('ConfigMap'),
  'container.env.valueFrom.secretKeyRef.name': namesOf('Secret'),
  'container.envFrom.secretRef.name': namesOf('Secret'),
  'handler.httpGet.port': ownPorts,
  'handler.tcpSocket.port': ownPorts,
  'handler.grpc.port': ownPorts,
  'Service.spec.ports.targetPort': targetPorts,
  'Service.spec.ports.appProtocol': of('http', 'http2', 'grpc', 'tcp', 'https', 'tls', 'mysql', 'redis', 'mongo'),
  'Service.spec.clusterIP': of('None'),
  'StatefulSet.spec.serviceName': namesOf('Service'),
  'AuthorizationPolicy.spec.rules.from.source.principals': (question) =>
    unique(accounts(question).map(({ namespace, name }) => `cluster.local/ns/${namespace}/sa/${name}`)),
  'AuthorizationPolicy.spec.rules.from.source.serviceAccounts': (question) =>
    unique(
      accounts(question).map(({ namespace, name }) =>
        namespace === namespaceOf(question) ? name : `${namespace}/${name}`,
      ),
    ),
  'AuthorizationPolicy.spec.rules.from.source.namespaces': namespaces,
  'AuthorizationPolicy.spec.rules.to.operation.methods': METHODS,
  'AuthorizationPolicy.spec.rules.to.operation.ports': (question) =>
    allContainerPorts(question).map((port) => `"${port}"`),
  'AuthorizationPolicy.spec.rules.to.operation.hosts': hosts,
  'AuthorizationPolicy.spec.rules.when.key': of(
    'source.ip',
    'source.namespace',
    'source.principal',
    'source.serviceAccount',
    'remote.ip',
    'destination.ip',
    'destination.port',
    'connection.sni',
    'request.headers[x-user]',
  ),
  'targetRef.kind': of('Service', 'Gateway'),
  'targetRef.name': namesOf('Service'),
  'HTTPRoute.spec.parentRefs.kind': of('Service', 'Gateway'),
  'HTTPRoute.spec.parentRefs.group': of('""', 'gateway.networking.k8s.io'),
  'HTTPRoute.spec.parentRefs.name': namesOf('Service'),
  'HTTPRoute.spec.parentRefs.namespace': namespaces,
  'HTTPRoute.spec.parentRefs.port': portsOfService,
  'HTTPRoute.spec.rules.backendRefs.name': namesOf('Service'),
  'HTTPRoute.spec.rules.backendRefs.namespace': namespaces,
  'HTTPRoute.spec.rules.backendRefs.port': portsOfService,
  'VirtualService.spec.hosts': hosts,
  'VirtualService.spec.gateways': of('mesh'),
  'VirtualService.spec.exportTo': of('"."', '"*"'),
  'destination.host': hosts,
  'destination.port.number': portsOfService,
  'virtualRoute.match.sourceNamespace': namespaces,
  'stringMatch.exact': ({ path }) =>
    path.includes('method') ? METHODS({ path: [], object: {}, names: NO_NAMES }) : [],
  'Scenario.spec.programs.workload': workloads,
  'Scenario.spec.interventions.kill': workloads,
  'Scenario.spec.interventions.request.from': workloads,
  'Scenario.spec.duration': of('30s', '2m'),
  'Scenario.spec.programs.exit.after': of('calls'),
  'Scenario.spec.programs.onTerm': of('ignore'),
};

const NO_NAMES: KnownNames = { namespaces: [], objects: [] };

/** Values worth offering at a field, in the order to offer them. */
export function knownValues(key: string, question: ValueQuestion): readonly string[] {
  const values = Object.hasOwn(VALUES, key) ? VALUES[key]?.(question) : undefined;
  if (values !== undefined) return values;
  const selected = /^(?:labelSelector\.matchLabels|policySelector\.matchLabels|Service\.spec\.selector)\.(.+)$/.exec(
    key,
  );
  if (selected !== null) return podLabels(question.names, namespaceOf(question)).get(selected[1] ?? '') ?? [];
  return [];
}

/** Keys worth offering in a free map: labels that pods have, annotations that something reads. */
export function knownKeys(key: string, question: ValueQuestion): readonly string[] {
  switch (key) {
    case 'labelSelector.matchLabels':
    case 'policySelector.matchLabels':
    case 'Service.spec.selector':
    case 'virtualRoute.match.sourceLabels':
      return [...podLabels(question.names, namespaceOf(question)).keys()];
    case 'metadata.labels':
      return question.object['kind'] === 'Namespace'
        ? ['istio.io/dataplane-mode', 'istio-injection', 'istio.io/rev']
        : ['app', 'version', 'sidecar.istio.io/inject', 'istio.io/dataplane-mode'];
    case 'metadata.annotations':
      return ['meshscope.dev/calls', 'proxy.istio.io/config', 'sidecar.istio.io/rewriteAppHTTPProbers'];
    case 'PeerAuthentication.spec.portLevelMtls':
      return allContainerPorts(question);
    case 'Scenario.spec.pins':
      return workloads(question);
    default:
      return [];
  }
}

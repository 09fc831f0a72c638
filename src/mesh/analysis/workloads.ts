// Workloads and the Services in front of them.
// Source: istio/istio:pkg/config/analysis/analyzers/{deployment,service} at 1.31.
import type { AppProtocol } from '../registry/index.ts';
import { protocolOf } from '../registry/index.ts';
import type { FieldPath } from '../../manifests/index.ts';
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { fullName, grouped, joined } from './context.ts';
import { get, list, number, text, textMap } from './fields.ts';
import { portsText } from './hosts.ts';
import { isControlPlane, isDeploymentInMesh, proxyName } from './in-mesh.ts';
import { isEmpty, type Labels, selects } from './labels.ts';

const managedBy = 'gateway.istio.io/managed';
const meshController = 'istio.io-mesh-controller';

// --- Several Services of one workload

interface PortOfService {
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  /** A number or a name; the port's own number when none is written. */
  readonly targetPort: string;
}

/** A sidecar has one listener a port: Services that mean different things by it cannot both have their way. */
const services: Analyzer = {
  name: 'deployment.ServiceAssociationAnalyzer',
  analyze: (context) => {
    const selecting = servicesByLabel(context);
    for (const deployment of context.of('Deployment')) {
      if (deployment.metadata.labels[managedBy] === meshController || !isDeploymentInMesh(deployment, context))
        continue;
      const ports = portsOfServices(selecting, deployment);
      for (const [port, same] of grouped(ports, (item) => item.port)) {
        if (new Set(same.map(({ protocol }) => protocol)).size < 2) continue;
        context.report('services-differ-in-protocol', deployment, { port, services: servicesOf(same) });
      }
      for (const [targetPort, same] of grouped(ports, (item) => item.targetPort)) {
        const numbers = [...new Set(same.map(({ port }) => port))].sort((a, b) => a - b);
        if (numbers.length < 2) continue;
        const params = { services: servicesOf(same), targetPort, ports: portsText(numbers) };
        context.report('services-differ-in-port', deployment, params);
      }
    }
  },
};

interface SelectingService {
  readonly service: AnalysisObject;
  readonly selector: Labels;
}

/** Services that select pods, by their namespace and the first label they ask for. */
function servicesByLabel(context: AnalysisContext): ReadonlyMap<string, readonly SelectingService[]> {
  const selecting = context
    .of('Service')
    .map((service) => ({ service, selector: textMap(service.object, 'spec', 'selector') }))
    .filter(({ selector }) => !isEmpty(selector));
  return grouped(selecting, ({ service, selector }) => {
    const [key = '', value = ''] = Object.entries(selector)[0] ?? [];
    return `${service.metadata.namespace}/${key}=${value}`;
  });
}

function portsOfServices(
  selecting: ReadonlyMap<string, readonly SelectingService[]>,
  deployment: AnalysisObject,
): readonly PortOfService[] {
  const labels = textMap(deployment.object, 'spec', 'template', 'metadata', 'labels');
  return Object.entries(labels)
    .flatMap(([key, value]) => selecting.get(`${deployment.metadata.namespace}/${key}=${value}`) ?? [])
    .filter(({ selector }) => selects(selector, labels))
    .flatMap(({ service }) =>
      list(service.object, 'spec', 'ports').map((port) => {
        const target = text(port, 'targetPort');
        return {
          service: fullName(service),
          port: number(port, 'port') ?? 0,
          protocol: text(port, 'protocol') || 'TCP',
          targetPort: target === '' || target === '0' ? text(port, 'port') : target,
        };
      }),
    );
}

function servicesOf(ports: readonly PortOfService[]): string {
  return joined(new Set(ports.map(({ service }) => service)));
}

// --- The user of the sidecar

const reservedUser = 1337;

/** What the sidecar's own user sends is not redirected: an application under its id would go past the sidecar. */
const users: Analyzer = {
  name: 'deployment.ApplicationUIDAnalyzer',
  analyze: (context) => {
    for (const pod of context.of('Pod')) checkUser(context, pod, ['spec']);
    for (const deployment of context.of('Deployment')) checkUser(context, deployment, ['spec', 'template', 'spec']);
  },
};

function checkUser(context: AnalysisContext, workload: AnalysisObject, spec: FieldPath): void {
  if (isControlPlane(workload)) return;
  const own = list(workload.object, ...spec, 'containers').flatMap((container, at) =>
    ['istio-operator', proxyName].includes(text(container, 'name')) ? [] : [[...spec, 'containers', at]],
  );
  const place = [spec, ...own].find(
    (path) => get(workload.object, ...path, 'securityContext', 'runAsUser') === reservedUser,
  );
  if (place !== undefined) context.report('reserved-user', workload, {}, [...place, 'securityContext', 'runAsUser']);
}

// --- Names of ports

const gatewayControllers: readonly string[] = [
  meshController,
  'istio.io-gateway-controller',
  'istio.io-eastwest-controller',
];

/** A port's name says its protocol; where it does not, the proxy has to find out. */
const portNames: Analyzer = {
  name: 'service.PortNameAnalyzer',
  analyze: (context) => {
    for (const service of context.of('Service')) {
      const { labels } = service.metadata;
      if (isControlPlane(service) || gatewayControllers.includes(labels[managedBy] ?? '')) continue;
      const isExternal = text(service.object, 'spec', 'type') === 'ExternalName';
      for (const [at, port] of list(service.object, 'spec', 'ports').entries()) {
        const name = text(port, 'name');
        const isUndeclared = protocolOfPort(port) === 'Unsupported';
        const place = ['spec', 'ports', at, 'port'];
        if (isExternal && (isUndeclared || name === 'tcp')) context.report('external-name-port', service, {}, place);
        else if (isUndeclared) {
          context.report('port-name', service, { name, port: text(port, 'port') }, place);
        }
      }
    }
  },
};

function protocolOfPort(port: unknown): AppProtocol {
  const appProtocol = text(port, 'appProtocol');
  return protocolOf({
    name: text(port, 'name'),
    port: number(port, 'port') ?? 0,
    protocol: text(port, 'protocol') === 'UDP' ? 'UDP' : 'TCP',
    ...(appProtocol === '' ? {} : { appProtocol }),
  });
}

export const workloadAnalyzers: readonly Analyzer[] = [services, users, portNames];

// The inbound half: which ports a workload's Services declare, what TLS each accepts, who may call.
// Source: istio/istio:pilot/pkg/networking/core/listener_inbound.go at 1.31.
import { authorizationFor } from '../authz/index.ts';
import type { EffectiveMtls, MtlsMode } from '../identity/index.ts';
import { effectivePeerAuthentication } from '../identity/index.ts';
import { originOf } from '../origin.ts';
import type { AppProtocol, Registry, ServiceModel } from '../registry/index.ts';
import { isHttp, isHttp2 } from '../registry/index.ts';
import type { XdsNode } from '../xds/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import type { InboundConfiguration, InboundMode, InboundPort } from './configuration.ts';

type Node = Pick<XdsNode, 'namespace' | 'labels' | 'address'>;

export function compileInbound(registry: Registry, node: Node): InboundConfiguration {
  const { rootNamespace } = registry.mesh.meshConfig;
  const mtls = effectivePeerAuthentication(registry.peerAuthentications, node, rootNamespace);
  const ports = portsOf(registry, node, mtls);
  const declared = new Set(ports.map((port) => port.port));
  return {
    ports,
    others: modeOf(mtls, undefined),
    exceptions: [...mtls.ports.keys()]
      .filter((port) => !declared.has(port))
      .map((port) => ({ port, ...modeOf(mtls, port) })),
    authorization: authorizationFor(registry.authorizationPolicies, node, rootNamespace),
  };
}

/** The Services that select a workload, oldest first. */
export function inboundServices(registry: Registry, node: Node): readonly ServiceModel[] {
  const selecting = [...registry.services.values()].filter((service) => {
    const selector = Object.entries(service.object.resource.spec.selector ?? {});
    return (
      service.namespace === node.namespace &&
      selector.length > 0 &&
      selector.every(([key, value]) => node.labels[key] === value)
    );
  });
  return selecting.sort(
    (a, b) => a.object.createdAt - b.object.createdAt || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

/** Two Services may declare one port differently: the oldest wins. */
function portsOf(registry: Registry, node: Node, mtls: EffectiveMtls): readonly InboundPort[] {
  const portNames = registry.workloads.get(node.address)?.portNames;
  const ports = new Map<number, InboundPort>();
  for (const service of inboundServices(registry, node)) {
    service.object.resource.spec.ports.forEach((written, index) => {
      const model = service.ports[index];
      const port = typeof written.targetPort === 'number' ? written.targetPort : portNames?.get(written.targetPort);
      if (model === undefined || port === undefined || model.protocol === 'UDP' || ports.has(port)) return;
      ports.set(port, {
        port,
        protocol: listenerProtocol(model.protocol),
        isHttp2: isHttp2(model.protocol),
        service: service.hostname,
        ...modeOf(mtls, port),
        origin: originOf(service.object, ['spec', 'ports', index]),
      });
    });
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}

/** How a declared protocol is listened for. */
export function listenerProtocol(protocol: AppProtocol): 'http' | 'tcp' | 'sniffed' {
  if (protocol === 'Unsupported') return 'sniffed';
  return isHttp(protocol) ? 'http' : 'tcp';
}

function modeOf(mtls: EffectiveMtls, port: number | undefined): InboundMode {
  const own: MtlsMode | undefined = port === undefined ? undefined : mtls.ports.get(port);
  if (own !== undefined && mtls.workload !== undefined) {
    return { mode: own, modeOrigin: originOf(mtls.workload.policy, ['spec', 'portLevelMtls', String(port)]) };
  }
  const modeOrigin: MaybeOrigin = mtls.source === undefined ? {} : originOf(mtls.source.policy, ['spec', 'mtls']);
  return { mode: mtls.mode, modeOrigin };
}

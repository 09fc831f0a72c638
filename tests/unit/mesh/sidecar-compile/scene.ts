// A sidecar without a pod: what its configuration would do with a call.
import type { MeshConfiguration } from '../../../../src/mesh/config/index.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { ProxyConfiguration, SimulatedCall, SimulatedResult } from '../../../../src/mesh/envoy/index.ts';
import { simulate } from '../../../../src/mesh/envoy/index.ts';
import { compileSidecarProxy } from '../../../../src/mesh/istio-sidecar/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import { stored } from '../stored.ts';

export interface SceneOptions {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly meshConfig?: Partial<MeshConfiguration['meshConfig']>;
  readonly istiod?: Partial<MeshConfiguration['istiod']>;
}

/** The configuration of a sidecar at 1.1.1.1 in `default`, unless said otherwise. Objects are one second apart, the first the oldest. */
export function configurationOf(text: string, options: SceneOptions = {}): ProxyConfiguration {
  const { namespace = 'default', labels = {}, address = '1.1.1.1', meshConfig, istiod } = options;
  const base = defaultMeshConfiguration;
  const mesh: MeshConfiguration = {
    ...base,
    meshConfig: { ...base.meshConfig, ...meshConfig },
    istiod: { ...base.istiod, ...istiod },
  };
  const objects = text.trim() === '' ? [] : stored(text);
  return compileSidecarProxy(buildRegistry({ values: () => objects }, mesh, 0), { namespace, labels, address });
}

export type Call = Partial<SimulatedCall> & Pick<SimulatedCall, 'port'>;

const plain: SimulatedCall = {
  mode: 'outbound',
  address: '1.3.3.7',
  port: 80,
  protocol: 'http',
  tls: 'plaintext',
  alpn: '',
  sni: '',
  host: '',
  path: '/',
  headers: [],
  mtlsSecret: '',
};

export function ask(configuration: ProxyConfiguration, call: Call): SimulatedResult {
  return simulate(configuration, { ...plain, ...call });
}

/** The error, or the cluster and virtual host. */
export function outcome(configuration: ProxyConfiguration, call: Call): string {
  const { error, cluster, virtualHost } = ask(configuration, call);
  return error ?? [cluster, virtualHost].filter((text) => text !== '').join(' ');
}

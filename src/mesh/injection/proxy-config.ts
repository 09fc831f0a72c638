// ProxyConfig as one pod sees it: the mesh's default, overridden by the annotation proxy.istio.io/config (YAML or JSON text).
// Only the fields that are simulated are read. Source: istio/api:mesh/v1alpha1/proxy.proto, merged as
// istio/istio:pilot/pkg/model/proxy_config.go EffectiveProxyConfig does (proxyMetadata key by key).
import type { Container, JsonObject, JsonValue } from '../../manifests/index.ts';
import { yamlValueOf } from '../../manifests/index.ts';
import type { GatewayTopology, MeshConfig } from '../config/index.ts';
import { gatewayTopologyOf } from '../config/index.ts';

export interface PodProxyConfig {
  readonly holdApplicationUntilProxyStarts: boolean;
  /** Text like `5s`; undefined: the default. */
  readonly terminationDrainDuration: string | undefined;
  readonly drainDuration: string | undefined;
  readonly gatewayTopology: GatewayTopology;
  /** Environment of the proxy. */
  readonly proxyMetadata: Readonly<Record<string, string>>;
}

/** An annotation that cannot be read counts as none. */
export function proxyConfigOf(annotations: Readonly<Record<string, string>>, mesh: MeshConfig): PodProxyConfig {
  const text = annotations['proxy.istio.io/config'] ?? '';
  const own = text === '' ? {} : objectOf(yamlValueOf(text));
  const written = { ...mesh.defaultConfig, ...own };
  const metadata = { ...objectOf(mesh.defaultConfig['proxyMetadata']), ...objectOf(own['proxyMetadata']) };
  const hold = own['holdApplicationUntilProxyStarts'];
  return {
    holdApplicationUntilProxyStarts:
      hold === true || hold === 'true' ? true : hold === undefined ? mesh.holdApplicationUntilProxyStarts : false,
    terminationDrainDuration: textOf(written['terminationDrainDuration']),
    drainDuration: textOf(written['drainDuration']),
    gatewayTopology: gatewayTopologyOf({
      gatewayTopology: { ...objectOf(mesh.defaultConfig['gatewayTopology']), ...objectOf(own['gatewayTopology']) },
    }),
    proxyMetadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, textOf(value) ?? ''])),
  };
}

/** How the mesh's `defaultConfig` travels with an injected proxy, where it says anything. */
const variable = 'PROXY_CONFIG';

export function proxyConfigVariable({ defaultConfig }: MeshConfig): NonNullable<Container['env']> {
  return Object.keys(defaultConfig).length === 0 ? [] : [{ name: variable, value: JSON.stringify(defaultConfig) }];
}

/** The mesh as an injected proxy knows it: as it was when the pod was made. */
export function asInjected({ env = [] }: Pick<Container, 'env'>, mesh: MeshConfig): MeshConfig {
  const text = env.find(({ name }) => name === variable)?.value;
  return text === undefined ? mesh : { ...mesh, defaultConfig: objectOf(yamlValueOf(text)) };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject) // neither a list nor null
    : {};
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

// What surrounds the manifests of a case: mesh configuration, istiod's environment, nodes, programs, records.
// One value, handed to every step; a step reads its part of it.
import * as v from 'valibot';
import { parse as parseYaml } from 'yaml';
import type { MeshConfiguration } from '../../../mesh/index.ts';
import { defaultMeshConfiguration, readMeshConfig } from '../../../mesh/index.ts';

const texts = v.array(v.string());
const anyObject = v.record(v.string(), v.unknown());

/** Fields that are absent keep the installation's default. Records of workloads and Services are read by the steps that need them. */
export const envSchema = v.looseObject({
  /** By field names of MeshConfig; wins over `meshConfigYaml`. */
  meshConfig: v.optional(anyObject),
  meshConfigYaml: v.optional(v.string()),
  meshNetworksYaml: v.optional(v.string()),
  /** Dotted Go field path -> value; wins over both. */
  meshConfigSet: v.optional(anyObject),
  rootNamespace: v.optional(v.string()),
  domainSuffix: v.optional(v.string()),
  injector: v.optional(anyObject),
  /** istiod's environment variables. */
  istiod: v.optional(v.record(v.string(), v.string())),
  /** Kubelet versions. */
  nodes: v.optional(texts),
  /** `key=value`, as given to helm. */
  helmSet: v.optional(texts),
  /** Manifests of a second cluster. */
  cluster2: v.optional(texts),
  /** URL -> what a fetch of it answers; any other URL fails to connect. */
  http: v.optional(v.record(v.string(), v.object({ status: v.number(), body: v.optional(v.string(), '') }))),
  programs: v.optional(anyObject),
  unpullableImages: v.optional(texts),
  workloads: v.optional(v.array(v.unknown())),
  services: v.optional(v.array(v.unknown())),
  network: v.optional(v.string()),
  preferredServiceNamespace: v.optional(v.string()),
  upstreamDns: v.optional(v.record(v.string(), texts)),
});

export type Env = v.InferOutput<typeof envSchema>;

/** The mesh's configuration under an env. */
export function meshConfigurationOf(env: Env): MeshConfiguration {
  const base = defaultMeshConfiguration;
  const read = readMeshConfig(inUpstreamNames(meshConfigOf(env)), base.meshConfig);
  const native = env.istiod?.['ENABLE_NATIVE_SIDECARS'] ?? base.istiod.ENABLE_NATIVE_SIDECARS;
  return {
    ...base,
    domain: env.domainSuffix ?? base.domain,
    meshConfig: {
      ...read,
      rootNamespace: env.rootNamespace ?? base.meshConfig.rootNamespace,
    },
    istiod: {
      ...base.istiod,
      ENABLE_NATIVE_SIDECARS: native === 'enabled' || native === 'true' ? 'enabled' : nativeMode(native),
      PILOT_JWT_ENABLE_REMOTE_JWKS: jwksMode(env.istiod?.['PILOT_JWT_ENABLE_REMOTE_JWKS']),
      PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: flag(env, 'PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS', false),
      PILOT_HTTP10: flag(env, 'PILOT_HTTP10', false),
      ENABLE_TLS_ON_SIDECAR_INGRESS: flag(env, 'ENABLE_TLS_ON_SIDECAR_INGRESS', false),
      ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: flag(env, 'ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY', true),
    },
    documents: env.http ?? {},
  };
}

/** Source: istio/istio:pkg/jwt/jwt.go ConvertToJwksFetchMode. */
function jwksMode(text: string | undefined): MeshConfiguration['istiod']['PILOT_JWT_ENABLE_REMOTE_JWKS'] {
  if (text === 'envoy') return 'envoy';
  return text === 'hybrid' || text === 'true' ? 'hybrid' : 'istiod';
}

function flag(env: Env, name: string, otherwise: boolean): boolean {
  const text = env.istiod?.[name];
  return text === undefined ? otherwise : text === 'true';
}

/** Go's field names begin with a capital. */
function inUpstreamNames(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isMap = key === 'proxyMetadata' || !isRecord(inner);
      return [key.charAt(0).toLowerCase() + key.slice(1), isMap ? inner : inUpstreamNames(inner)];
    }),
  );
}

/** `false` is the older word for `disabled`. Source: istio/istio:pilot/pkg/features/pilot.go EnableNativeSidecars. */
function nativeMode(text: string): 'auto' | 'disabled' {
  return text === 'auto' ? 'auto' : 'disabled';
}

/** MeshConfig as the env writes it, its three sources merged field by field. */
export function meshConfigOf(env: Env): Readonly<Record<string, unknown>> {
  const written: unknown = env.meshConfigYaml === undefined ? {} : parseYaml(env.meshConfigYaml);
  let config = merge(isRecord(written) ? written : {}, env.meshConfig ?? {});
  for (const [path, value] of Object.entries(env.meshConfigSet ?? {})) {
    const nested = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    if (isRecord(nested)) config = merge(config, nested);
  }
  return config;
}

/** Keys that differ only in the case of their letters are one (Go's field names and YAML's). */
function merge(
  below: Readonly<Record<string, unknown>>,
  above: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const name = keyIn(merged, key) ?? key;
    const old = merged[name];
    merged[name] = isRecord(old) && isRecord(value) ? merge(old, value) : value;
  }
  return merged;
}

/** The value of a field by its YAML name; undefined when it is absent or `value` is no object. */
export function field(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  const key = keyIn(value, name);
  return key === undefined ? undefined : value[key];
}

function keyIn(object: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  return Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

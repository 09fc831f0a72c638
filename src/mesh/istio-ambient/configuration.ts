// What a ztunnel holds: every workload, Service and policy of the mesh, as istiod sent them (WDS).
// Plain data; look-up tables are derived once per content and never stored in the world.
// Source: istio/ztunnel:proto/workload.proto and authorization.proto at 1.31. On-demand subscription is not modelled.
import type { MaybeOrigin, Origin } from '../../trace/index.ts';
import type { ZtunnelPolicy } from '../authz/index.ts';

export interface WdsWorkload {
  /** `namespace/pod`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
  readonly node: string;
  readonly identity: string;
  readonly tunnel: 'HBONE' | 'NONE';
  /** Names of the policies whose selector picks this workload: `namespace/name`. */
  readonly policies: readonly string[];
  readonly isHealthy: boolean;
  /** The line that makes it STRICT, behind the policy istiod makes up for that; empty if it is not. Not part of the workload API. */
  readonly strictOrigin: MaybeOrigin;
  readonly origin: Origin;
}

export interface WdsEndpoint {
  readonly address: string;
  readonly port: number;
  readonly isHealthy: boolean;
}

export interface WdsService {
  /** `namespace/hostname`. */
  readonly key: string;
  readonly hostname: string;
  readonly vips: readonly string[];
  readonly ports: readonly { readonly port: number; readonly endpoints: readonly WdsEndpoint[] }[];
  readonly origin: Origin;
}

export interface AmbientConfiguration {
  readonly workloads: readonly WdsWorkload[];
  readonly services: readonly WdsService[];
  readonly policies: readonly ZtunnelPolicy[];
}

export interface ConfigurationIndex {
  readonly workloads: ReadonlyMap<string, WdsWorkload>;
  readonly byKey: ReadonlyMap<string, WdsWorkload>;
  readonly vips: ReadonlyMap<string, WdsService>;
}

const indexes = new WeakMap<AmbientConfiguration, ConfigurationIndex>();

/** Look-up tables of a configuration: workloads by address and by key, Services by virtual IP. */
export function indexOf(configuration: AmbientConfiguration): ConfigurationIndex {
  let index = indexes.get(configuration);
  if (index === undefined) {
    const vips = new Map<string, WdsService>();
    for (const service of configuration.services) for (const vip of service.vips) vips.set(vip, service);
    index = {
      workloads: new Map(configuration.workloads.map((workload) => [workload.address, workload])),
      byKey: new Map(configuration.workloads.map((workload) => [workload.key, workload])),
      vips,
    };
    indexes.set(configuration, index);
  }
  return index;
}

import type { PolicySelector } from '../istio-checks.ts';

/** The fields that are checked. Source: istio/api:networking/v1beta1/proxy_config.proto at Istio 1.31. */
export interface ProxyConfigSpec {
  readonly selector?: PolicySelector;
  /** Worker threads; 0 or absent: as many as there are cores. */
  readonly concurrency?: number;
}

// What proxies were measured to use, by whom and under which load. Nothing here follows from a run, and no run's figures are made of
// it: a scene of a few requests a second loads no proxy like that.
import type { ProxyKind } from './ledger.ts';

export interface PublishedUse {
  /** Cores, and megabytes, of one proxy. */
  readonly cpu: number;
  readonly memory: number;
}

/** The load of the measurement: HTTP requests of this payload through one proxy, an Envoy with two worker threads. */
export const publishedLoad = { requestsPerSecond: 1_000, payload: '1 KB' } as const;

/**
 * One proxy under that load. A gateway has no figure of its own there.
 * Source: istio.io, Performance and Scalability, of Istio 1.24 (istio/istio.io:content/en/docs/ops/deployment/performance-and-scalability).
 */
export const publishedUse: Readonly<Record<Exclude<ProxyKind, 'gateway'>, PublishedUse>> = {
  sidecar: { cpu: 0.2, memory: 60 },
  waypoint: { cpu: 0.25, memory: 60 },
  ztunnel: { cpu: 0.06, memory: 12 },
};

export const publishedAt = 'https://istio.io/v1.24/docs/ops/deployment/performance-and-scalability/';

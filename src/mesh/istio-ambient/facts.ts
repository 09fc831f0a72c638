// Simulated numbers of ambient mode, each with its source (istio/ztunnel and istio/istio at 1.31).
import type { DelayFact } from '../../kernel/index.ts';
import { delayFact, exactly, millis, rank, seconds } from '../../kernel/index.ts';

export {
  doubled,
  hbonePort,
  inboundPort as inboundPlaintextPort,
  outboundPort,
  zds,
  ztunnelMark,
} from '../cni/index.ts';

export const readinessPort = 15_021;
/** Name of the cluster in baggage and logs (global.multiCluster.clusterName; istio/ztunnel:src/config.rs CLUSTER_ID). */
export const clusterId = 'Kubernetes';
/** Streams open at the same time on one pooled tunnel (istio/ztunnel:src/config.rs POOL_MAX_STREAMS_PER_CONNECTION). */
export const poolStreamsMax = 100;

export const zdsReconnect = delayFact({
  name: 'ztunnel.zds-reconnect',
  min: millis(20),
  max: seconds(15),
  rank: rank.timer,
  periodic: true,
  source: 'istio/ztunnel:src/inpod/workloadmanager.rs (20 ms x2 to 15 s)',
});
export const ztunnelBoot = delayFact({
  name: 'ztunnel.boot',
  min: millis(200),
  max: millis(800),
  rank: rank.lifecycle,
  source: 'model: start of a native process',
});
export const ownWorkloadWait = delayFact({
  name: 'ztunnel.own-workload-wait',
  min: seconds(5),
  max: seconds(5),
  rank: rank.timer,
  source: 'istio/ztunnel:src/proxy.rs get_workload',
});
export const connectionTimeout = delayFact({
  name: 'ztunnel.connection-timeout',
  min: seconds(10),
  max: seconds(10),
  rank: rank.timer,
  source: 'istio/ztunnel:src/proxy.rs CONNECTION_TIMEOUT',
});
export const poolIdle = delayFact({
  name: 'ztunnel.pool-idle',
  min: seconds(300),
  max: seconds(300),
  rank: rank.timer,
  periodic: true,
  source: 'istio/ztunnel:src/config.rs POOL_UNUSED_RELEASE_TIMEOUT',
});
/** A certificate is valid from so long before it was signed. */
export const certificateBackdated = seconds(120);
/** Its length is half of the certificate's validity, less what was over when it was signed. */
export const certificateRefresh = delayFact({
  name: 'ztunnel.certificate-refresh',
  min: seconds(0),
  max: seconds(43_200),
  rank: rank.timer,
  periodic: true,
  source:
    'istio/ztunnel:src/tls/certificate.rs refresh_at; istio/istio:security/pkg/pki/util/generate_cert.go ClockSkewGracePeriod',
});
/** Waits between tries, the first first: about 1 s, doubled, at most 150 s. The last is for all that follow. */
export const certificateBackoffs = [1, 2, 4, 8, 16, 32, 64, 128, 150].map((wait) =>
  delayFact({
    name: 'ztunnel.certificate-backoff',
    min: millis(wait * 800),
    max: millis(wait * 1_200),
    rank: rank.timer,
    periodic: true,
    source: 'istio/ztunnel:src/identity/manager.rs (1 s x2 to 150 s, 20 % either way)',
  }),
);
/** Certificates that a ztunnel fetches at the same time (istio/ztunnel:src/identity/manager.rs concurrency). */
export const fetchesMax = 8;
/** Between two looks whether the peer of a tunnel still answers. */
export const pingInterval = delayFact({
  name: 'ztunnel.ping-interval',
  min: seconds(10),
  max: seconds(10),
  rank: rank.timer,
  periodic: true,
  source: 'istio/ztunnel:src/proxy/h2.rs PING_INTERVAL',
  simplified: 'a PING that is answered leaves no packets',
});
/** How long a PING waits for its answer. */
export const pingTimeout = delayFact({
  name: 'ztunnel.ping-timeout',
  min: seconds(20),
  max: seconds(20),
  rank: rank.timer,
  source: 'istio/ztunnel:src/proxy/h2.rs PING_TIMEOUT',
});
export const drainDeadline = delayFact({
  name: 'ztunnel.drain-deadline',
  min: seconds(25),
  max: seconds(25),
  rank: rank.timer,
  source: 'istio/ztunnel:src/config.rs: terminationGracePeriodSeconds 30 less 5',
});

/** How long a stopping ztunnel waits for what is open, of a pod with this grace period. */
export function drainDeadlineOf(graceSeconds: number): DelayFact {
  const span = graceSeconds > 10 ? graceSeconds - 5 : Math.max(0, graceSeconds - 1);
  return exactly(drainDeadline, seconds(span));
}

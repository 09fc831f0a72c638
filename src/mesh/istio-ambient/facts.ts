// Simulated numbers of ambient mode, each with its source (istio/ztunnel and istio/istio at 1.31).
import { delayFact, millis, rank, seconds } from '../../kernel/index.ts';

export const outboundPort = 15_001;
export const inboundPlaintextPort = 15_006;
export const hbonePort = 15_008;
export const readinessPort = 15_021;
/** Name of the cluster in baggage and logs (global.multiCluster.clusterName; istio/ztunnel:src/config.rs CLUSTER_ID). */
export const clusterId = 'Kubernetes';
/** Packet mark of every socket ztunnel opens in a pod (istio/istio:cni/pkg/iptables, 1337). */
export const ztunnelMark = 0x539;
/** Streams open at the same time on one pooled tunnel (istio/ztunnel:src/config.rs POOL_MAX_STREAMS_PER_CONNECTION). */
export const poolStreamsMax = 100;

export const cniAgentBoot = delayFact({
  name: 'cni.boot',
  min: millis(500),
  max: seconds(2),
  rank: rank.lifecycle,
  source: 'model: start of a small agent and its informers',
});
export const cniInformer = delayFact({
  name: 'cni.informer',
  min: millis(10),
  max: millis(50),
  rank: rank.control,
  source: 'model: watch latency of an informer',
});
export const rulesWrite = delayFact({
  name: 'cni.write-rules',
  min: millis(5),
  max: millis(40),
  rank: rank.lifecycle,
  source: 'model: iptables-restore in a network namespace',
});
export const zds = delayFact({
  name: 'cni.zds',
  min: millis(1),
  max: millis(5),
  rank: rank.lifecycle,
  source: 'model: a message on a Unix socket and its handling',
});
export const zdsReconnect = delayFact({
  name: 'ztunnel.zds-reconnect',
  min: millis(10),
  max: seconds(15),
  rank: rank.timer,
  periodic: true,
  shape: 'skewed',
  source: 'istio/ztunnel:src/inpod/workloadmanager.rs (10 ms x2 to 15 s)',
  simplified: 'one draw instead of doubling',
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
export const certificateRefresh = delayFact({
  name: 'ztunnel.certificate-refresh',
  min: seconds(43_200),
  max: seconds(43_200),
  rank: rank.timer,
  periodic: true,
  source: 'istio/ztunnel:src/tls/certificate.rs: half of the validity of 24 h',
});
export const certificateBackoff = delayFact({
  name: 'ztunnel.certificate-backoff',
  min: seconds(1),
  max: seconds(150),
  rank: rank.timer,
  periodic: true,
  source: 'istio/ztunnel:src/identity/manager.rs (about 1 s, x2, at most 150 s)',
});
export const drainDeadline = delayFact({
  name: 'ztunnel.drain-deadline',
  min: seconds(25),
  max: seconds(25),
  rank: rank.timer,
  source: 'istio/ztunnel:src/config.rs: terminationGracePeriodSeconds 30 less 5',
  simplified: 'the whole deadline is waited for, also when every connection ends before',
});

// Simulated numbers that both data planes share, each with its source.
import { delayFact, millis, rank, seconds } from '../kernel/index.ts';

/** Quiet time before a push. */
export const debounceQuiet = delayFact({
  name: 'istiod.debounce-after',
  min: millis(100),
  max: millis(100),
  rank: rank.control,
  source: 'istio/istio:pilot/pkg/features/tuning.go PILOT_DEBOUNCE_AFTER at 1.31',
});
/** Longest wait before a push while changes keep coming. */
export const debounceMax = delayFact({
  name: 'istiod.debounce-max',
  min: seconds(10),
  max: seconds(10),
  rank: rank.control,
  source: 'istio/istio:pilot/pkg/features/tuning.go PILOT_DEBOUNCE_MAX at 1.31',
});
/** From a change in the API server until istiod knows of it. */
export const informerLag = delayFact({
  name: 'istiod.informer',
  min: millis(10),
  max: millis(50),
  rank: rank.control,
  source: 'model: watch latency of an informer; upstream tests only wait a second after edits',
});
/** From the start of a push until one proxy's turn in the queue. */
export const pushQueue = delayFact({
  name: 'istiod.push-queue',
  min: millis(1),
  max: millis(20),
  rank: rank.control,
  shape: 'skewed',
  source: 'model: generation and queueing; istio/istio:pilot/pkg/xds/discovery.go limits concurrency, not time',
  simplified: 'PILOT_PUSH_THROTTLE is not modelled; a push of all types is one message',
});
/** From the start of a push until a status it changed is in the API server. */
export const statusWrite = delayFact({
  name: 'istiod.status-write',
  min: millis(1),
  max: millis(20),
  rank: rank.control,
  source: 'model: one request to the API server; istio/istio:pilot/pkg/status/manager.go writes with a pool of workers',
});
/** From the CSR until the certificate is signed. */
export const signDelay = delayFact({
  name: 'istiod.sign-certificate',
  min: millis(1),
  max: millis(20),
  rank: rank.control,
  source: 'model: an ECDSA signature and the checks before it',
});
/** From the start of discovery until it serves. */
export const istiodBoot = delayFact({
  name: 'istiod.boot',
  min: seconds(1),
  max: seconds(3),
  rank: rank.lifecycle,
  source: 'model: start-up and cache sync of a small cluster',
});
/** ztunnel's reconnect to the control plane: from 10 ms, doubled, at most 15 s. */
export const xdsBackoff = delayFact({
  name: 'xds.reconnect-backoff',
  min: millis(10),
  max: seconds(15),
  rank: rank.timer,
  source: 'istio/ztunnel:src/xds/client.rs (10 ms x2 to 15 s)',
});
/** Envoy's: anything up to 500 ms, doubled, at most 30 s. Its pilot-agent dials istiod anew for each of Envoy's streams. */
export const envoyXdsBackoff = delayFact({
  name: 'xds.envoy-reconnect-backoff',
  min: seconds(0),
  max: seconds(30),
  rank: rank.timer,
  source:
    'envoyproxy/envoy:envoy/config/subscription_factory.h RetryInitialDelayMs, RetryMaxDelayMs at 1.37; istio/istio:pkg/istio-agent/xds_proxy.go',
});
/** When a proxy gives up a connection to istiod that nobody answers. */
export const xdsConnectTimeout = delayFact({
  name: 'xds.connect-timeout',
  min: seconds(5),
  max: seconds(5),
  rank: rank.timer,
  source: 'istio/ztunnel:src/tls/control.rs set_connect_timeout at 1.31',
});
export const agentConnectTimeout = delayFact({
  name: 'xds.agent-connect-timeout',
  min: seconds(20),
  max: seconds(20),
  rank: rank.timer,
  source: 'grpc/grpc-go:dialoptions.go minConnectTimeout, which pilot-agent keeps',
});
/** Between two looks whether istiod still answers, and how long an answer may take. */
export const xdsPingInterval = delayFact({
  name: 'xds.ping-interval',
  min: seconds(30),
  max: seconds(30),
  rank: rank.timer,
  periodic: true,
  source: 'istio/ztunnel:src/tls/control.rs http2_keep_alive_interval; istio/istio:pkg/keepalive/options.go at 1.31',
  simplified: 'a PING that is answered leaves no packets',
});
export const xdsPingTimeout = delayFact({
  name: 'xds.ping-timeout',
  min: seconds(10),
  max: seconds(10),
  rank: rank.timer,
  source: 'istio/ztunnel:src/tls/control.rs http2_keep_alive_timeout; istio/istio:pkg/keepalive/options.go at 1.31',
});
/** Certificate lifetime asked for. */
export const certificateLifetime = seconds(86_400);
/** How long before its signature a certificate begins to hold. Source: istio/istio:security/pkg/pki/util/generate_cert.go ClockSkewGracePeriod at 1.31. */
export const certificateBackdate = seconds(120);

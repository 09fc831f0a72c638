// Simulated numbers of sidecars, each with its source (istio/istio and envoyproxy/envoy at 1.31).
import type { DelayFact } from '../../kernel/index.ts';
import { delayFact, exactly, micros, millis, rank, seconds } from '../../kernel/index.ts';

export const outboundPort = 15_001;
export const inboundPort = 15_006;
export const statusPort = 15_020;
export const healthPort = 15_021;
export const prometheusPort = 15_090;
/** The address Envoy's inbound side dials its application from; redirect rules let it pass. */
export const inboundSource = '127.0.0.6';

export const initRun = delayFact({
  name: 'istio-init.run',
  min: millis(200),
  max: millis(600),
  rank: rank.lifecycle,
  source: 'model: iptables-restore in a starting container',
});
export const agentBoot = delayFact({
  name: 'pilot-agent.boot',
  min: millis(100),
  max: millis(400),
  rank: rank.lifecycle,
  source: 'model: start of a Go process, reading its bootstrap, making a key',
});
export const envoyBoot = delayFact({
  name: 'envoy.boot',
  min: millis(200),
  max: millis(800),
  rank: rank.lifecycle,
  source: 'model: start of Envoy until its first discovery request is answered from its own side',
});
export const workersStart = delayFact({
  name: 'envoy.workers-start',
  min: millis(5),
  max: millis(50),
  rank: rank.lifecycle,
  source: 'model: warming of listeners and start of workers after the first configuration',
});
/** From SIGTERM until Envoy is killed, whatever is under way. */
export const terminationDrain = delayFact({
  name: 'pilot-agent.termination-drain',
  min: seconds(0),
  max: seconds(3_600),
  rank: rank.lifecycle,
  source: 'istio/istio:pkg/config/mesh/mesh.go terminationDrainDuration (5 s); proxy.istio.io/config overrides it',
});
export const terminationDrainDefault = seconds(5);
/** How long an upstream connection may take to come up. */
export const connectTimeout = delayFact({
  name: 'envoy.connect-timeout',
  min: seconds(10),
  max: seconds(10),
  rank: rank.timer,
  source: 'istio/istio:pkg/config/mesh/mesh.go connectTimeout',
});
/** An upstream connection nobody uses. */
export const upstreamIdle = delayFact({
  name: 'envoy.upstream-idle',
  min: seconds(0),
  max: seconds(3_600),
  rank: rank.timer,
  periodic: true,
  source: 'envoyproxy/envoy:api/envoy/config/core/v3/protocol.proto HttpProtocolOptions.idle_timeout (1 h)',
});
export const upstreamIdleSpan = seconds(3_600);
/** A route's own timeout. */
export const routeTimeout = delayFact({
  name: 'envoy.route-timeout',
  min: micros(0),
  max: seconds(86_400),
  rank: rank.timer,
  source: 'VirtualService http.timeout, HTTPRoute timeouts.request',
});
export const certificateRotation = delayFact({
  name: 'pilot-agent.certificate-rotation',
  min: seconds(42_336),
  max: seconds(44_064),
  rank: rank.timer,
  periodic: true,
  source: 'istio/istio:security/pkg/nodeagent/cache/secretcache.go rotateTime: half of 24 h, 1 % jitter',
});
export const certificateRetry = delayFact({
  name: 'pilot-agent.certificate-retry',
  min: seconds(1),
  max: seconds(5),
  rank: rank.timer,
  source: 'model: retries of a failed CSR; upstream backs off exponentially',
});
/** `pilot-agent wait`: between two looks at :15021, and when it gives up. */
export const waitPoll = delayFact({
  name: 'pilot-agent.wait-poll',
  min: millis(500),
  max: millis(500),
  rank: rank.lifecycle,
  source: 'istio/istio:pilot/cmd/pilot-agent/app/wait.go (500 ms)',
});
export const waitLooksMax = 120;
/** `pilot-agent request`: one HTTP call inside the pod. */
export const requestRun = delayFact({
  name: 'pilot-agent.request-run',
  min: millis(20),
  max: millis(100),
  rank: rank.lifecycle,
  source: 'model: start of a process and one call on loopback',
});

const backoffBase = 25_000;
const backoffMax = 250_000;

/** The wait before the `attempt`-th retry (1, 2, ...): uniform in [0, (2^n - 1) x 25 ms), at most 250 ms. */
export function retryBackoff(attempt: number): DelayFact {
  let factor = 1;
  for (let index = 0; index < attempt && factor < 1_024; index += 1) factor *= 2;
  return backoffs[Math.min(backoffMax, (factor - 1) * backoffBase)] ?? backoffOf(backoffMax);
}

function backoffOf(max: number): DelayFact {
  return delayFact({
    name: 'envoy.retry-backoff',
    min: micros(0),
    max: micros(max),
    rank: rank.timer,
    source: 'envoyproxy/envoy:source/common/router/retry_state_impl.cc (25 ms base, 250 ms at most)',
  });
}

const backoffs: Readonly<Record<number, DelayFact>> = Object.fromEntries(
  [0, 25_000, 75_000, 175_000, 250_000].map((max) => [max, backoffOf(max)]),
);

/** How long Envoy is given to drain, from a duration in microseconds. */
export function drainFor(duration: number): DelayFact {
  return exactly(terminationDrain, micros(Math.min(duration, terminationDrain.max)));
}

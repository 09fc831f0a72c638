// Simulated numbers of Envoy and the pilot-agent that runs it, each with its source (istio/istio and envoyproxy/envoy at 1.31).
import type { DelayFact } from '../../kernel/index.ts';
import { delayFact, exactly, micros, millis, rank, seconds } from '../../kernel/index.ts';

export const statusPort = 15_020;
export const healthPort = 15_021;
export const prometheusPort = 15_090;
/** Envoy's own, on loopback. */
export const adminPort = 15_000;
/** The address Envoy's inbound side dials its application from; redirect rules let it pass. */
export const inboundSource = '127.0.0.6';

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
/** EXIT_ON_ZERO_ACTIVE_CONNECTIONS: from SIGTERM until the first count of connections is due. */
export const minimumDrain = delayFact({
  name: 'pilot-agent.minimum-drain',
  min: seconds(0),
  max: seconds(3_600),
  rank: rank.lifecycle,
  source: 'istio/istio:pilot/cmd/pilot-agent/options/options.go MINIMUM_DRAIN_DURATION (5 s)',
});
export const minimumDrainDefault = seconds(5);
/** Between two counts of the connections that are left. */
export const activeLook = delayFact({
  name: 'pilot-agent.active-connections-look',
  min: seconds(1),
  max: seconds(1),
  rank: rank.lifecycle,
  source: 'istio/istio:pkg/envoy/agent.go activeConnectionCheckDelay',
});
/** A graceful drain takes new connections until then. */
export const listenersStop = delayFact({
  name: 'envoy.drain-time',
  min: seconds(0),
  max: seconds(3_600),
  rank: rank.lifecycle,
  source:
    'istio/istio:pkg/config/mesh/mesh.go drainDuration (45 s), --drain-time-s; envoyproxy/envoy:source/server/admin/listeners_handler.cc',
});
export const listenersStopDefault = seconds(45);
/** How long an upstream connection may take to come up. */
export const connectTimeout = delayFact({
  name: 'envoy.connect-timeout',
  min: micros(0),
  max: seconds(3_600),
  rank: rank.timer,
  source: 'istio/istio:pkg/config/mesh/mesh.go connectTimeout (10 s); a DestinationRule overrides it',
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
/** How long an upstream connection takes requests. */
export const upstreamAge = delayFact({
  name: 'envoy.upstream-age',
  min: micros(0),
  max: seconds(86_400),
  rank: rank.timer,
  source: 'DestinationRule connectionPool.tcp.maxConnectionDuration (HttpProtocolOptions.max_connection_duration)',
});
/** How long inspectors wait for first bytes at an internal listener. */
export const inspection = delayFact({
  name: 'envoy.listener-filters-timeout',
  min: seconds(15),
  max: seconds(15),
  rank: rank.timer,
  source: 'envoyproxy/envoy:api/envoy/config/listener/v3/listener.proto listener_filters_timeout (15 s)',
});
/** A connection of bytes on which nothing moves. */
export const tcpIdle = delayFact({
  name: 'envoy.tcp-idle',
  min: seconds(0),
  max: seconds(86_400),
  rank: rank.timer,
  periodic: true,
  source: 'envoyproxy/envoy:api/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto idle_timeout (1 h)',
});

/** How long a UDP session lasts through which nothing passes. */
export const udpIdle = delayFact({
  name: 'envoy.udp-idle',
  min: seconds(60),
  max: seconds(60),
  rank: rank.timer,
  source: 'envoyproxy/envoy:api/envoy/extensions/filters/udp/udp_proxy/v3/udp_proxy.proto idle_timeout (1 min)',
});
export const tcpIdleDefault = seconds(3_600);
/** A route's own timeout, and that of each of its tries. */
export const routeTimeout = delayFact({
  name: 'envoy.route-timeout',
  min: micros(0),
  max: seconds(86_400),
  rank: rank.timer,
  source: 'VirtualService http.timeout and retries.perTryTimeout, HTTPRoute timeouts',
});
/** The delay a route's fault adds. */
export const faultDelay = delayFact({
  name: 'envoy.fault-delay',
  min: micros(0),
  max: seconds(86_400),
  rank: rank.timer,
  source: 'VirtualService http.fault.delay.fixedDelay',
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

/** The longest wait is ten times the base. */
const backoffMaxFactor = 10;

/** The wait before the `attempt`-th retry (1, 2, ...): uniform in [0, (2^n - 1) x base), at most ten times the base. */
export function retryBackoff(attempt: number, base: number): DelayFact {
  let factor = 1;
  for (let index = 0; index < attempt && factor <= backoffMaxFactor; index += 1) factor *= 2;
  const max = Math.min(backoffMaxFactor, factor - 1) * base;
  let fact = backoffs.get(max);
  if (fact === undefined) backoffs.set(max, (fact = backoffOf(max)));
  return fact;
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

const backoffs = new Map<number, DelayFact>([0, 25_000, 75_000, 175_000, 250_000].map((max) => [max, backoffOf(max)]));

/** A fact of the agent's with the duration that a pod's ProxyConfig states, in microseconds. */
export function stated(fact: DelayFact, duration: number): DelayFact {
  return exactly(fact, micros(Math.min(duration, fact.max)));
}

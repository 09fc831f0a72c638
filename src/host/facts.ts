// Simulated numbers of programs, each with its source.
import type { DelayFact } from '../kernel/index.ts';
import { delayFact, micros, millis, rank, seconds } from '../kernel/index.ts';

/** From the start of a process until it listens. */
export const appBoot = delayFact({
  name: 'host.app-boot',
  min: millis(100),
  max: millis(400),
  rank: rank.lifecycle,
  source: 'model: a small server in an interpreted or compiled language; a scenario states its own',
});

/** From the start of an attempt until a gRPC channel may make the next: 1 s, then x1.6 with 20 % of jitter, at most 120 s. */
export function grpcBackoff(failures: number): DelayFact {
  return backoffs[Math.min(failures, backoffs.length - 1)] ?? backoffOf(0);
}

function backoffOf(failures: number): DelayFact {
  let span = 1_000_000;
  for (let index = 0; index < failures; index += 1) span = Math.min(120_000_000, Math.floor((span * 8) / 5));
  const jitter = failures === 0 ? 0 : Math.floor(span / 5);
  return delayFact({
    name: 'host.grpc-backoff',
    min: micros(span - jitter),
    max: micros(span + jitter),
    rank: rank.timer,
    periodic: true,
    source:
      'grpc/grpc:doc/connection-backoff.md; grpc/grpc-go:backoff/backoff.go DefaultConfig (no jitter on the first)',
  });
}

const backoffs: readonly DelayFact[] = Array.from({ length: 12 }, (_, failures) => backoffOf(failures));

/** When a gRPC channel gives up a connection attempt. */
export const grpcConnectTimeout = delayFact({
  name: 'host.grpc-connect-timeout',
  min: seconds(20),
  max: seconds(20),
  rank: rank.timer,
  source: 'grpc/grpc:doc/connection-backoff.md MIN_CONNECT_TIMEOUT',
});

/** From a request's arrival to its answer, where a scenario states nothing. */
export const appService = delayFact({
  name: 'host.app-service',
  min: millis(1),
  max: millis(5),
  shape: 'skewed',
  source: 'model: an echo server; a scenario states its own',
});

/** When a calling program gives up. */
export const requestTimeout = delayFact({
  name: 'host.request-timeout',
  min: seconds(30),
  max: seconds(30),
  source: 'model: a common client default (Go and Java clients of frameworks use 10 to 60 s)',
});

/** When a calling program gives up connecting. */
export const connectTimeout = delayFact({
  name: 'host.connect-timeout',
  min: seconds(5),
  max: seconds(5),
  source: 'model: a common connect timeout of HTTP clients (2 to 10 s)',
});

/** How long a program whose work is done (a Job's or an init container's) runs, where a scenario states nothing. */
export const taskRun = delayFact({
  name: 'host.task-run',
  min: millis(200),
  max: millis(800),
  rank: rank.lifecycle,
  source: 'model: a short task; a scenario states its own',
});

/** A step of a task: its start, its work, its end after SIGTERM, each as stated. */
export const taskStep = delayFact({
  name: 'host.task-step',
  min: micros(0),
  max: seconds(31_536_000),
  rank: rank.lifecycle,
  source: 'scenario: stated by the task',
});

/** A server's idle connection, from the last answer on. */
export const keepAliveTimeout = delayFact({
  name: 'host.keep-alive-timeout',
  min: micros(0),
  max: seconds(86_400),
  rank: rank.timer,
  periodic: true,
  source:
    'scenario: stated by the program; defaults of servers: nodejs/node:lib/_http_server.js keepAliveTimeout (5 s), nginx keepalive_timeout (75 s)',
});

/** From SIGTERM to exit, for a program that does not say otherwise. */
export const termExit = delayFact({
  name: 'host.term-exit',
  min: millis(5),
  max: millis(50),
  rank: rank.lifecycle,
  source: 'model: a program that stops at once on SIGTERM',
});

/** What a fault adds to whatever a slowed process takes up, as stated. */
export const slowedStep = delayFact({
  name: 'host.slowed-step',
  min: micros(0),
  max: seconds(86_400),
  source: 'scenario: stated by the intervention',
});

/** TCP's retransmission timeout: 200 ms (1 s for SYN), doubled each time, at most 120 s. */
export const retransmission = delayFact({
  name: 'host.tcp-retransmission',
  min: micros(0),
  max: seconds(86_400),
  rank: rank.timer,
  periodic: true,
  source: 'Linux include/net/tcp.h: TCP_RTO_MIN, TCP_TIMEOUT_INIT, TCP_RTO_MAX; net.ipv4.tcp_retries2 = 15',
  simplified: 'no round trip is measured and nothing is retransmitted fast',
});

/** From the last process of a pod to the end of its network namespace: what its sockets had to say is out by then. */
export const netnsTeardown = delayFact({
  name: 'host.netns-teardown',
  min: millis(2),
  max: millis(10),
  rank: rank.lifecycle,
  source: 'model: the runtime and the CNI plugins take the interfaces down',
});

/** Between two calls of a program that calls at a rate. */
export const callInterval = delayFact({
  name: 'host.call-interval',
  min: millis(1),
  max: seconds(3_600),
  periodic: true,
  source: 'scenario: stated by the program',
});

/** How long a kernel remembers a silent UDP flow. */
export const flowTimeout = delayFact({
  name: 'host.udp-flow-timeout',
  min: seconds(120),
  max: seconds(120),
  rank: rank.timer,
  source: 'torvalds/linux:net/netfilter/nf_conntrack_proto_udp.c udp_timeouts UDP_CT_REPLIED at 6.12',
  simplified: 'a flow that was never answered is forgotten after 30 s',
});

// Simulated numbers of istio-cni and of what it writes into pods, each with its source (istio/istio at 1.31).
import type { DelayFact } from '../../kernel/index.ts';
import { delayFact, exactly, micros, millis, rank, seconds } from '../../kernel/index.ts';

/** Where redirect rules of sidecars and of ambient mode send what leaves a pod, and what arrives at it. */
export const outboundPort = 15_001;
export const inboundPort = 15_006;
export const hbonePort = 15_008;
/** Packet mark of every socket ztunnel opens in a pod (istio/istio:cni/pkg/iptables, 1337). */
export const ztunnelMark = 0x539;

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
/** From one try to have a ztunnel take a running pod to the next. */
export const cniRetry = delayFact({
  name: 'cni.retry',
  min: millis(5),
  max: seconds(5),
  rank: rank.timer,
  periodic: true,
  source: 'istio/istio:cni/pkg/nodeagent/informers.go (5 ms x2 to 5 s)',
  simplified: 'its limit of 10 tries a second for all pods together is not modelled',
});
/** Between two looks of istio-validation whether the rules are there. */
export const validationPoll = delayFact({
  name: 'istio-validation.poll',
  min: seconds(1),
  max: seconds(1),
  rank: rank.lifecycle,
  source: 'istio/istio:tools/istio-iptables/pkg/validation/validator.go (1 s)',
});
/** It looks for so long (DefaultProbeTimeout, 5 s), then exits with this code (ValidationErrorCode). */
export const validationLooksMax = 5;
export const validationFailed = 126;

/** A wait that starts at the fact's minimum and doubles with each failure, to its maximum. */
export function doubled(fact: DelayFact, failures: number): DelayFact {
  let wait: number = fact.min;
  for (let index = 0; index < failures && wait < fact.max; index += 1) wait *= 2;
  return exactly(fact, micros(Math.min(wait, fact.max)));
}

// Simulated numbers of sidecars, each with its source (istio/istio and envoyproxy/envoy at 1.31).
import { delayFact, millis, rank } from '../../kernel/index.ts';

export { inboundPort, outboundPort } from '../cni/index.ts';
export { healthPort, inboundSource, prometheusPort } from '../envoy/index.ts';

export const initRun = delayFact({
  name: 'istio-init.run',
  min: millis(200),
  max: millis(600),
  rank: rank.lifecycle,
  source: 'model: iptables-restore in a starting container',
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

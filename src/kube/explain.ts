// Makes Kubernetes' own decisions again with their reasons: which endpoint kube-proxy took, which node the scheduler chose,
// what a webhook answered. Each is decided from its recorded input alone.
import type { DecisionInput, Explanation, Reason } from '../trace/index.ts';

/** The decision points of this room. */
export const kubePoints: readonly string[] = ['kube-proxy', 'scheduler', 'admission'];

/** The explanation of a decision at one of this room's points, given what was chosen. */
export function explainKube(point: string, input: DecisionInput, chosen: string): Explanation {
  switch (point) {
    case 'kube-proxy':
      return explainProxy(input, chosen);
    case 'scheduler':
      return explainScheduler(input, chosen);
    default:
      return {
        chosen,
        because: [
          { rule: 'admission.webhook', params: { webhook: String(input['webhook']), object: String(input['object']) } },
        ],
        rejected: [],
      };
  }
}

/** kube-proxy picks at random among the ready endpoints; there is nothing else to it. */
function explainProxy(input: DecisionInput, chosen: string): Explanation {
  const count = Number(input['endpoints']);
  if (input['by'] === 'load-balancer') return explainBalancer(input, chosen, count);
  const rule = count === 0 ? 'kube-proxy.no-endpoints' : 'kube-proxy.random';
  return {
    chosen,
    because: [
      {
        rule,
        params: { service: String(input['service']), count },
        source: 'kubernetes/kubernetes:pkg/proxy/iptables/proxier.go at v1.34',
      },
    ],
    rejected: [],
  };
}

/** A load balancer goes by a hash of the flow: any of its targets. */
function explainBalancer(input: DecisionInput, chosen: string, count: number): Explanation {
  const rule = count === 0 ? 'load-balancer.no-target' : 'load-balancer.target';
  const source = 'AWS, Network Load Balancers: routing and target health';
  return { chosen, because: [{ rule, params: { service: String(input['service']), count }, source }], rejected: [] };
}

function explainScheduler(input: DecisionInput, chosen: string): Explanation {
  const fitting = Array.isArray(input['fitting']) ? input['fitting'].map(String) : [];
  const source = 'kubernetes/kubernetes:pkg/scheduler/framework/plugins/podtopologyspread at v1.34';
  const params = { node: chosen, owner: String(input['owner']), count: Number(input['count']) };
  const isTurn = input['home'] === chosen;
  const left: Reason = isTurn
    ? { rule: 'scheduler.other-turn', params, source }
    : { rule: 'scheduler.more-of-owner', params, source };
  const took: Reason = isTurn
    ? { rule: 'scheduler.turn', params, source }
    : { rule: fitting.length === 0 ? 'scheduler.no-node-fits' : 'scheduler.spread', params, source };
  const rejected = fitting.filter((node) => node !== chosen).map((option) => ({ option, reason: left }));
  return { chosen, because: [took], rejected };
}

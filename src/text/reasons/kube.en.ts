// Why Kubernetes' own parts decided as they did, in English. Keys are rule ids.

export const kubeReasonsEn = {
  'load-balancer.target': 'The load balancer of {service} took one of the {count} targets that take new connections.',
  'load-balancer.no-target': 'The load balancer of {service} has no target that takes connections.',
  'kube-proxy.random': 'kube-proxy chose at random among the {count} ready endpoints of {service}.',
  'kube-proxy.no-endpoints': '{service} has no ready endpoint: the node refuses the connection.',
  'scheduler.turn':
    'The pods of {owner} take the nodes in turn. This one’s turn is {node}; {count} nodes fit. (A real scheduler draws among equals.)',
  'scheduler.other-turn': 'Fits as well; it is another pod’s turn.',
  'scheduler.spread': '{node} had the fewest pods of {owner} among the {count} nodes that fit.',
  'scheduler.more-of-owner': 'Fits as well; it had more pods of {owner}, or came later by name.',
  'scheduler.no-node-fits': 'No node fits the pod.',
  'admission.webhook': 'The API server called {webhook} for {object}.',
} as const;

export type KubeReasonKey = keyof typeof kubeReasonsEn;

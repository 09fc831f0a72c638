// The load balancers of Services in one piece that can be fetched late (load-balancer/parts.ts).
import { outlineOf } from '../kernel/index.ts';
import { balancerType, createBalancer, tableOf } from './load-balancer/balancer.ts';
import { withGates } from './load-balancer/gate.ts';
import type { BalancerParts } from './load-balancer/parts.ts';
import { targetMachine } from './load-balancer/target.machine.ts';

export const balancerParts: BalancerParts = {
  ensure(ctx, balancer) {
    if (ctx.find(balancerType, balancer.object.uid) === undefined) createBalancer(ctx, balancer);
  },
  withGates,
  tables: (ctx) => [...ctx.all(balancerType)].map(([, balancer]) => tableOf(balancer)),
  machines: [targetMachine].map(outlineOf),
};

// What few clusters need of Kubernetes, in one piece that can be fetched late with Envoys (mesh/envoys.ts): load balancers with targets
// (load-balancer/parts.ts), and what late-parts.ts names.
import { outlineOf } from '../kernel/index.ts';
import { createCronJobController, findCronJobController } from './controllers/cron-job.ts';
import { jobIndexes } from './controllers/job-indexes.ts';
import { failureVerdict } from './controllers/job-policy.ts';
import type { LateParts } from './late-parts.ts';
import { balancerType, createBalancer, tableOf } from './load-balancer/balancer.ts';
import { withGates } from './load-balancer/gate.ts';
import type { BalancerParts } from './load-balancer/parts.ts';
import { targetMachine } from './load-balancer/target.machine.ts';
import { evictionRefusal } from './store/eviction.ts';

export const balancerParts: BalancerParts = {
  ensure(ctx, balancer) {
    if (ctx.find(balancerType, balancer.object.uid) === undefined) createBalancer(ctx, balancer);
  },
  withGates,
  tables: (ctx) => [...ctx.all(balancerType)].map(([, balancer]) => tableOf(balancer)),
  machines: [targetMachine].map(outlineOf),
};

export const lateParts: LateParts = {
  createCronJobController,
  findCronJobController,
  jobIndexes,
  failureVerdict,
  evictionRefusal,
};

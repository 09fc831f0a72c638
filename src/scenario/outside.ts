// The world outside of the cluster: one machine that is no node, with a client on it. It comes to be when somebody first asks from
// there, with the load balancer that stands between it and the Services of type LoadBalancer.
import type { Context, EntityId } from '../kernel/index.ts';
import { exactly, ZERO } from '../kernel/index.ts';
import type { AppMessage, ProcessExited } from '../host/index.ts';
import { appBoot, appType, termExit } from '../host/index.ts';
import type { ApiServerId } from '../kube/index.ts';
import { setUpOutside } from '../kube/index.ts';

/** Names the client outside, where workloads are named. */
export const outside = 'outside';

/** Of TEST-NET-3 (RFC 5737). */
const address = '203.0.113.10';

/** Makes the client outside. It serves nothing and never ends. */
export function createOutsideClient(ctx: Context, apiServer: ApiServerId): EntityId<AppMessage> {
  const netns = setUpOutside(ctx, apiServer, outside, address);
  const program = { boot: exactly(appBoot, ZERO), listens: [], calls: [], exit: undefined, onTerm: termExit };
  const parent = ctx.self as EntityId<ProcessExited>; // the operator, which never hears of an end
  return ctx.create(appType, `${outside}/client`, {
    info: { program: 'client', netns, parent, uid: 0 },
    program,
    phase: 'running',
    clients: [],
    made: [],
    answered: 0,
    failed: 0,
  });
}

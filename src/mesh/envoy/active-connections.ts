// How many connections an Envoy holds, as pilot-agent counts them before it ends: those of all listeners but the agent's own ports.
// Source: istio/istio:pkg/envoy/agent.go activeProxyConnections at 1.31 (listener.*.downstream_cx_active without envoy_internal_*).
import type { AnyEntityId, Context } from '../../kernel/index.ts';
import { connectionType } from './connection.ts';

export function activeConnections(ctx: Pick<Context, 'members'>, process: AnyEntityId): number {
  let count = 0;
  for (const [, { internal }] of ctx.members(connectionType, process)) if (internal === '') count += 1;
  return count;
}

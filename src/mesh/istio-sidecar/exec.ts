// Commands of pilot-agent that the kubelet runs in the proxy's container: `wait` (postStart of a held application) and
// `request ... POST drain` (preStop of a native sidecar). Source: istio/istio:pilot/cmd/pilot-agent/app/{wait,request}.go at 1.31.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { ExecDone, ExecRequest } from '../../kube/index.ts';
import type { ProxyId } from '../envoy/index.ts';
import { isLive, readProxy } from '../envoy/index.ts';
import { proxyContainerName } from '../injection/index.ts';
import { requestRun, waitLooksMax, waitPoll } from './facts.ts';

interface Wait {
  readonly process: AnyEntityId;
  readonly reply: EntityId<ExecDone>;
  readonly looks: number;
}
type WaitMessage = { readonly type: 'look' };

const waitType: EntityType<Wait, WaitMessage> = {
  name: 'pilot-agent.wait',
  handle(wait, message, ctx) {
    const proxy = readProxy(ctx, wait.process);
    const isOver = proxy === undefined || wait.looks >= waitLooksMax;
    if (isOver || isLive(proxy)) {
      ctx.tell(wait.reply, { type: 'exec-done', exitCode: isOver ? 1 : 0 });
      return GONE;
    }
    ctx.schedule(waitPoll, ctx.self as EntityId<WaitMessage>, message);
    return { ...wait, looks: wait.looks + 1 };
  },
};

/** Whether the command is one of pilot-agent's; then it answers `reply`. */
export function execInSidecar(ctx: Context, request: ExecRequest): boolean {
  const { command, container, process, reply } = request;
  if (container.name !== proxyContainerName || command[0] !== 'pilot-agent') return false;
  if (command[1] === 'wait') {
    const wait = ctx.create(waitType, `${ctx.pathOf(process)}/wait`, { process, reply, looks: 0 });
    ctx.tell(wait, { type: 'look' });
    return true;
  }
  if (command[1] !== 'request' || !command.includes('drain')) return false;
  ctx.tell(process as ProxyId, { type: 'DRAIN' });
  ctx.schedule(requestRun, reply, { type: 'exec-done', exitCode: 0 });
  return true;
}

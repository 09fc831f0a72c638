// The end of any process, as a kernel sees it.
import type { AnyEntityId, Context } from '../kernel/index.ts';
import { record } from '../trace/index.ts';
import { closeDatagramSocketsOf } from './datagram.ts';
import { unlisten } from './netns.ts';
import type { ProcessInfo } from './process.ts';
import { closeSocketsOf } from './socket.ts';

/** The end of any process: its listeners and sockets are closed by the kernel, its parent is told. The caller returns GONE. */
export function endProcess(ctx: Context, info: ProcessInfo, code: number, alsoIn: readonly AnyEntityId[] = []): void {
  ctx.cause = record(ctx, 'process', {
    process: ctx.self,
    netns: info.netns,
    program: info.program,
    event: 'exited',
    detail: String(code),
  });
  for (const netns of [info.netns, ...alsoIn]) unlisten(ctx, netns, ctx.self);
  closeSocketsOf(ctx, ctx.self);
  closeDatagramSocketsOf(ctx, ctx.self);
  ctx.tell(info.parent, { type: 'process-exited', process: ctx.self, code });
}

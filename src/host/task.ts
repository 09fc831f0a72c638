// A process that does one thing and ends: starts, works for a while, exits with a code. What a command does where only its
// times and its exit code matter: a lifecycle hook, an exec probe, a container that listens to nothing.
// It writes a line to its log for each step: `NAME Starting`, `NAME Started`, `NAME Exiting CODE`, `NAME Killed`.
import type { Context, EntityId, EntityType } from '../kernel/index.ts';
import { exactly, GONE, NO_RECORD } from '../kernel/index.ts';
import type { Micros } from '../kernel/index.ts';
import { record } from '../trace/index.ts';
import { endProcess } from './end-process.ts';
import { taskStep } from './facts.ts';
import type { ProcessEvent, ProcessInfo } from './process.ts';
import { NO_ENTITY } from './socket.ts';

/** What a task does. */
export interface TaskPlan {
  /** From its start to `Started`; zero: at once. */
  readonly startDelay: Micros;
  /** From `Started` to its own end; undefined: it runs until it is told to end. */
  readonly delay: Micros | undefined;
  readonly exitCode: number;
  /** How it takes SIGTERM. */
  readonly onTerm: 'ignore' | { readonly delay: Micros; readonly exitCode: number };
}

export interface Task {
  readonly info: ProcessInfo;
  /** In its log. */
  readonly name: string;
  readonly plan: TaskPlan;
  readonly phase: 'starting' | 'started' | 'stopping';
  /** Processes that run in the same container and end with it. */
  readonly children: readonly EntityId<TaskMessage>[];
}

export type TaskMessage =
  | ProcessEvent
  | { readonly type: 'child'; readonly child: EntityId<TaskMessage> }
  | { readonly type: 'task-started' }
  | { readonly type: 'task-over'; readonly code: number };

export const taskType: EntityType<Task, TaskMessage> = {
  name: 'host.task',
  handle(task, message, ctx) {
    switch (message.type) {
      case 'start':
        return start(ctx, task);
      case 'task-started':
        return task.phase === 'starting' ? started(ctx, task) : task;
      case 'task-over':
        return end(ctx, task, `Exiting ${message.code}`, message.code);
      case 'signal':
        return signalled(ctx, task, message.signal);
      case 'child':
        return { ...task, children: [...task.children, message.child] };
      default:
        return task; // it opens no socket
    }
  },
};

/** Makes a task; tell it `start`. */
export function createTask(
  ctx: Context,
  path: string,
  spec: Pick<Task, 'info' | 'name' | 'plan'>,
): EntityId<TaskMessage> {
  return ctx.create(taskType, path, { ...spec, phase: 'starting', children: [] });
}

function start(ctx: Context, task: Task): Task {
  ctx.cause = record(ctx, 'process', {
    process: ctx.self,
    netns: task.info.netns,
    program: task.info.program,
    event: 'started',
    detail: '',
  });
  log(ctx, task, 'Starting');
  if (task.plan.startDelay === 0) return started(ctx, task);
  ctx.schedule(exactly(taskStep, task.plan.startDelay), ctx.self as EntityId<TaskMessage>, { type: 'task-started' });
  return task;
}

function started(ctx: Context, task: Task): Task {
  log(ctx, task, 'Started');
  const { delay, exitCode } = task.plan;
  if (delay !== undefined)
    ctx.schedule(exactly(taskStep, delay), ctx.self as EntityId<TaskMessage>, { type: 'task-over', code: exitCode });
  return { ...task, phase: 'started' };
}

function signalled(ctx: Context, task: Task, signal: 'TERM' | 'KILL'): Task | typeof GONE {
  if (signal === 'KILL') return end(ctx, task, 'Killed', 137);
  const { onTerm } = task.plan;
  if (task.phase === 'stopping' || onTerm === 'ignore') return task;
  const self = ctx.self as EntityId<TaskMessage>;
  ctx.schedule(exactly(taskStep, onTerm.delay), self, { type: 'task-over', code: onTerm.exitCode });
  return { ...task, phase: 'stopping' };
}

function end(ctx: Context, task: Task, line: string, code: number): typeof GONE {
  log(ctx, task, line);
  for (const child of task.children) ctx.tell(child, { type: 'signal', signal: 'KILL' });
  endProcess(ctx, task.info, code);
  return GONE;
}

function log(ctx: Context, task: Task, line: string): void {
  record(ctx, 'log', {
    process: ctx.self,
    connection: NO_ENTITY,
    request: NO_RECORD,
    line: `${task.name} ${line}`,
  });
}

// Programs as a case states them, and the processes that act them out: of a container, of its hooks, of its exec probes.
import * as v from 'valibot';
import type { Context, EntityId, EntityType } from '../../../kernel/index.ts';
import { delayFact, exactly, GONE, micros, rank, seconds } from '../../../kernel/index.ts';
import type { ProcessExited, TaskMessage, TaskPlan } from '../../../host/index.ts';
import { createTask, taskType } from '../../../host/index.ts';
import type { Exec, ExecDone, ExecPurpose, ExecRequest, Spawn, SpawnRequest } from '../../../kube/index.ts';

const programSchema = v.object({
  startDelay: v.optional(v.number(), 0),
  /** Absent: it ends at once. */
  delay: v.optional(v.number(), 0),
  exitCode: v.optional(v.number(), 0),
  onSigterm: v.optional(v.union([v.literal('ignore'), v.object({ delay: v.number(), exitCode: v.number() })])),
  succeedsAfter: v.optional(v.literal('Started')),
});
type PodProgram = v.InferOutput<typeof programSchema>;

/** First word of a command -> its program, or one for each run of the container. */
export const programsSchema = v.record(v.string(), v.union([v.array(programSchema), programSchema]));
export type PodPrograms = v.InferOutput<typeof programsSchema>;

/** How a program without handlers takes SIGTERM. */
const defaultOnTerm = { delay: micros(0), exitCode: 143 };
/** What runs until it is told to end: a container whose command no program is stated for. */
const serverPlan: TaskPlan = { startDelay: micros(0), delay: undefined, exitCode: 0, onTerm: defaultOnTerm };

const titles: Readonly<Record<ExecPurpose, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
  postStart: 'PostStart',
  preStop: 'PreStop',
};

/** The processes of containers. */
export function spawnOf(programs: PodPrograms): Spawn {
  return (ctx, request) => {
    const { container, netns, parent, path, restarts } = request;
    const program = programOf(programs, container.command, restarts);
    const plan = program === undefined ? serverPlan : planOf(program);
    const info = { program: container.name, netns, parent, uid: 0 };
    return createTask(ctx, path, { info, name: container.name, plan });
  };
}

/** The commands that run inside containers. One without a program takes a moment and succeeds. */
export function execOf(programs: PodPrograms): Exec {
  return (ctx, request) => {
    const run = runOf(ctx, request);
    const program = programOf(programs, request.command, run);
    if (program === undefined) return false;
    begin(ctx, request, program);
    return true;
  };
}

/** Which run of its container a process is, from 0: its path ends in it. */
function runOf(ctx: Context, { process }: ExecRequest): number {
  return Number(/#(\d+)$/.exec(ctx.pathOf(process))?.[1] ?? 0);
}

function programOf(
  programs: PodPrograms,
  command: SpawnRequest['container']['command'],
  run: number,
): PodProgram | undefined {
  const word = command?.[0] ?? '';
  const stated = Object.hasOwn(programs, word) ? programs[word] : undefined;
  return Array.isArray(stated) ? (stated[run] ?? stated.at(-1)) : stated;
}

function planOf({ startDelay, delay, exitCode, onSigterm }: PodProgram): TaskPlan {
  const onTerm =
    onSigterm === undefined || onSigterm === 'ignore'
      ? (onSigterm ?? defaultOnTerm)
      : { delay: spanOf(onSigterm.delay), exitCode: asExitCode(onSigterm.exitCode) };
  return { startDelay: spanOf(startDelay), delay: spanOf(delay), exitCode: asExitCode(exitCode), onTerm };
}

function spanOf(count: number) {
  return micros(Math.round(count * 1_000_000));
}

/** As wait() returns it: -1 is 255. */
function asExitCode(code: number): number {
  return ((code % 256) + 256) % 256;
}

// --- commands inside a container

/** A command under way: its end is told to whoever asked, its time is limited. */
interface Command {
  readonly task: EntityId<TaskMessage> | undefined;
  readonly reply: EntityId<ExecDone>;
}
type CommandMessage =
  ProcessExited | { readonly type: 'runs'; readonly task: EntityId<TaskMessage> } | { readonly type: 'timeout' };

const commandType: EntityType<Command, CommandMessage> = {
  name: 'conformance.command',
  handle(command, message, ctx) {
    switch (message.type) {
      case 'runs':
        return { ...command, task: message.task };
      case 'timeout':
        if (command.task !== undefined) ctx.tell(command.task, { type: 'signal', signal: 'KILL' });
        return command;
      case 'process-exited':
        ctx.tell(command.reply, { type: 'exec-done', exitCode: message.code });
        return GONE;
    }
  },
};

const commandLimit = delayFact({
  name: 'conformance.command-limit',
  min: micros(0),
  max: seconds(31_536_000),
  rank: rank.timer,
  source: 'manifest: timeoutSeconds of a probe',
});

function begin(ctx: Context, request: ExecRequest, program: PodProgram): void {
  const { process, container, purpose, timeoutSeconds, reply } = request;
  const name = `${titles[purpose]}-${container.name}`;
  const path = `${ctx.pathOf(ctx.self)}/exec-${ctx.now}`;
  const command = ctx.create(commandType, path, { task: undefined, reply });
  const main = ctx.read(taskType, process);
  if (main === undefined) return; // it ended this very moment, and its hooks and probes with it
  const plan = planOf(program);
  const task = createTask(ctx, `${path}/task`, {
    info: { program: name, netns: main.info.netns, parent: command, uid: 0 },
    name,
    plan: program.succeedsAfter === undefined ? plan : { ...plan, exitCode: main.phase === 'starting' ? 1 : 0 },
  });
  ctx.tell(command, { type: 'runs', task });
  ctx.tell(process as EntityId<TaskMessage>, { type: 'child', child: task }); // every container's process here is a task
  if (timeoutSeconds !== undefined)
    ctx.schedule(exactly(commandLimit, seconds(timeoutSeconds)), command, { type: 'timeout' });
  ctx.tell(task, { type: 'start' });
}

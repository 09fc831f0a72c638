// Variants of lessons proved on every core: by processes of this same program, one variant at a time each.
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { VariantOutcome } from '../../lesson/index.ts';
import { loadLesson, verifyVariant } from '../../lesson/index.ts';
import type { Lesson } from '../../lesson/model/index.ts';
import { readLesson } from './lesson-files.ts';

/** One thing to prove: a variant of the lesson `id` in `folder`. */
export interface VariantJob {
  readonly folder: string;
  readonly id: string;
  readonly variant: string;
}

/** The action by which `meshscope lesson` becomes one of the processes that prove. */
export const ANSWER = 'answer';

/** Proves variants in processes, as many at once as there are cores; gives the outcomes in the order of `jobs`. */
export async function* proveVariants(
  jobs: readonly VariantJob[],
): AsyncGenerator<readonly [VariantJob, VariantOutcome]> {
  const count = Math.min(availableParallelism(), jobs.length);
  const workers = Array.from({ length: count }, startProver);
  const idle = [...workers];
  const waiting: ((worker: Prover) => void)[] = [];
  const prove = async (job: VariantJob): Promise<VariantOutcome> => {
    const worker = idle.pop() ?? (await new Promise<Prover>((take) => waiting.push(take)));
    worker.process.send(job);
    const [outcome] = (await Promise.race([once(worker.process, 'message'), worker.ended])) as [VariantOutcome]; // what `answerVariants` sends
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
    return outcome;
  };
  const outcomes = jobs.map((job) => [job, prove(job)] as const);
  for (const [, outcome] of outcomes) outcome.catch(() => undefined); // told where it is awaited
  try {
    for (const [job, outcome] of outcomes) yield [job, await outcome];
  } finally {
    for (const worker of workers) worker.process.kill();
  }
}

interface Prover {
  readonly process: ChildProcess;
  /** Rejects when the process ends. */
  readonly ended: Promise<never>;
}

function startProver(): Prover {
  const started = fork(process.argv[1] ?? '', ['lesson', ANSWER], { serialization: 'advanced' });
  const ended = once(started, 'exit').then(() => {
    throw new Error('a process that proved variants ended');
  });
  ended.catch(() => undefined); // no mistake unless somebody waits for its answer
  return { process: started, ended };
}

/** The other side: answers each job with its outcome, until the asking process goes. */
export async function answerVariants(): Promise<number> {
  let last: { readonly path: string; readonly lesson: Lesson } | undefined;
  process.on('message', ({ folder, id, variant }: VariantJob) => {
    const path = `${folder}/${id}`;
    if (last?.path !== path) {
      const { lesson } = loadLesson(id, readLesson(folder, id));
      if (lesson === undefined) throw new Error(`${path} was changed while it was being proved`);
      last = { path, lesson };
    }
    process.send?.(verifyVariant(last.lesson, variant));
  });
  await once(process, 'disconnect');
  return 0;
}

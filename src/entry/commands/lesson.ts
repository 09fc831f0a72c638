// `meshscope lesson`: proves lessons as their authors state them, and begins new ones.
import { existsSync } from 'node:fs';
import { loadLesson, variantsToVerify } from '../../lesson/index.ts';
import { lessonNames, readLesson, writeLesson } from './lesson-files.ts';
import type { VariantJob } from './lesson-workers.ts';
import { ANSWER, answerVariants, proveVariants } from './lesson-workers.ts';
import { newLesson } from './new-lesson.ts';
import { writeLines } from './output.ts';
import { parseOptions, UsageError } from './usage.ts';

const help = `Usage: meshscope lesson verify [ID ...] [--folder DIR]
       meshscope lesson new ID [--folder DIR]

verify proves lessons as they state themselves: the start breaks what it says, the solution and its alternatives hold, each near
miss breaks what it says and calls for its hint. Answers are proved in every schedule of the lesson's bound; what is wrong in every
schedule is looked at in the first five. Without ID: all lessons.
Mistakes in files are told at file:line:column.
new writes a lesson that loads and is proved as it stands; every word and manifest in it is to be replaced.

  --folder DIR   where lessons lie (default lessons)
  --help         this text
`;

/** Returns the exit code: 1 when a lesson does not hold what it says. */
export async function lesson(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    folder: { type: 'string', default: 'lessons' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) {
    await writeLines([help.trimEnd()]);
    return 0;
  }
  const [action, ...ids] = positionals;
  if (action === 'verify') return verify(values.folder, ids);
  if (action === 'new') return begin(values.folder, ids);
  if (action === ANSWER && process.connected) return answerVariants();
  throw new UsageError('lesson needs verify or new');
}

async function verify(folder: string, ids: readonly string[]): Promise<number> {
  const known = lessonNames(folder);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new UsageError(`there is no lesson ${unknown} in ${folder}`);
  let mistakes = 0;
  const jobs: VariantJob[] = [];
  for (const id of ids.length > 0 ? ids : known) {
    const { lesson: loaded, problems } = loadLesson(id, readLesson(folder, id));
    mistakes += problems.length;
    await writeLines(
      problems.map(({ path, line, column, detail }) => `${folder}/${id}/${path}:${line}:${column}: ${detail}`),
    );
    if (loaded !== undefined) jobs.push(...variantsToVerify(loaded).map((variant) => ({ folder, id, variant })));
  }
  for await (const [{ id, variant }, outcome] of proveVariants(jobs)) {
    const found = [...outcome.found].map(([broken, count]) =>
      broken === '' ? `${count} x all hold` : `${count} x broken: ${broken}`,
    );
    const verdict = outcome.mistakes.length === 0 ? 'as stated' : 'NOT AS STATED';
    await writeLines([
      `${id} ${variant}: ${found.join('; ')} (${verdict})`,
      ...outcome.mistakes.map((mistake) => `  ${mistake}`),
    ]);
    mistakes += outcome.mistakes.length;
  }
  await writeLines([mistakes === 0 ? 'every lesson holds what it says' : `${mistakes} mistakes`]);
  return mistakes === 0 ? 0 : 1;
}

async function begin(folder: string, ids: readonly string[]): Promise<number> {
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw new UsageError('lesson new needs one ID');
  if (!/^\d\d-[a-z0-9]+(-[a-z0-9]+)*$/.test(id))
    throw new UsageError(`a lesson's ID is its track's number and words, as in 20-start-race, not ${id}`);
  const orders = (existsSync(folder) ? lessonNames(folder) : []).flatMap(
    (name) => loadLesson(name, readLesson(folder, name)).lesson?.order ?? [],
  );
  writeLesson(folder, id, newLesson(id, Math.max(0, ...orders) + 1));
  await writeLines([`${folder}/${id} is begun: see lessons/README.md, then meshscope lesson verify ${id}`]);
  return 0;
}

// A folder of files becomes a lesson, or a list of what is wrong with it. Everything that can be said without running it is said here:
// both languages complete, manifests and scenario without errors, answers within the allowed edits, the solution within reach of the forms.
// Files are read outside: tests by the file system, the page by its bundler.
import type { ManifestFile, Resource } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import { parseScenario } from '../scenario/index.ts';
import { changesBetween, changesOutsideForms, describeChange, forbiddenChanges } from './changes.ts';
import type { LessonSpec } from './format.ts';
import { parseLessonFile } from './format.ts';
import type { Lesson, LessonFile, LessonLanguage, LessonProblem, LessonScript, LessonText } from './model/index.ts';
import { alternatives, lessonLanguages, linkedTerms, parseLessonText, stepIds } from './model/index.ts';

export interface LoadedLesson {
  /** Undefined if anything is wrong. */
  readonly lesson: Lesson | undefined;
  readonly problems: readonly LessonProblem[];
}

const alternativesMin = 2;
const nearMissesMin = 3;

/** Reads the lesson in `folder` (its name, which is the lesson's id). Paths of `files` are relative to it. */
export function loadLesson(folder: string, files: readonly LessonFile[]): LoadedLesson {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const missing = ['lesson.yaml', 'scenario.yaml', 'en.md', 'ja.md'].filter((path) => !byPath.has(path));
  const fileOf = (path: string): LessonFile => byPath.get(path) ?? { path, text: '' };
  const { spec, problems: specProblems } = parseLessonFile(folder, fileOf('lesson.yaml'));
  const parsedTexts = {
    en: parseLessonText('en.md', fileOf('en.md').text),
    ja: parseLessonText('ja.md', fileOf('ja.md').text),
  };
  const problems = [
    ...missing.map((path) => problem(path, 'is missing')),
    ...specProblems,
    ...lessonLanguages.flatMap((language) => parsedTexts[language].problems),
  ];
  if (spec === undefined) return { lesson: undefined, problems };
  const lesson: Lesson = {
    ...spec,
    id: folder,
    scenario: fileOf('scenario.yaml').text,
    variants: variantsOf(files),
    texts: { en: parsedTexts.en.text, ja: parsedTexts.ja.text },
  };
  problems.push(
    ...textProblems(lesson, spec),
    ...termProblems([fileOf('en.md'), fileOf('ja.md')]),
    ...scenarioProblems(lesson),
    ...variantProblems(lesson),
  );
  return { lesson: problems.length > 0 ? undefined : lesson, problems };
}

/** Links to terms that the glossary does not have. Whoever shows a lesson knows the glossary; this room does not. */
export function unknownTerms(files: readonly LessonFile[], terms: ReadonlySet<string>): readonly LessonProblem[] {
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      linkedTerms(text)
        .filter(({ term }) => !terms.has(term))
        .map(({ term, line }) => ({ path, line, column: 1, detail: `the glossary has no term ${term}` })),
    );
}

/** The manifests of a variant, ready for a run. */
export function manifestsOf(lesson: LessonScript, variant: string): readonly ManifestFile[] {
  return lesson.variants.get(variant) ?? [];
}

/** Each folder with manifests: the files of start/, those of the folder in their place or added; an empty file takes one away. */
function variantsOf(files: readonly LessonFile[]): ReadonlyMap<string, readonly LessonFile[]> {
  const folders = new Map<string, Map<string, LessonFile>>();
  for (const { path, text } of files) {
    const [folder = '', name] = path.split('/');
    if (name === undefined || !name.endsWith('.yaml')) continue;
    const inside = folders.get(folder) ?? new Map<string, LessonFile>();
    folders.set(folder, inside.set(name, { path: name, text }));
  }
  const start = folders.get('start') ?? new Map<string, LessonFile>();
  const names = [...folders.keys()].sort((a, b) => (a < b ? -1 : 1));
  return new Map(
    names.map((folder) => {
      const merged = new Map([...start, ...(folders.get(folder) ?? [])]);
      const kept = [...merged.values()].filter((file) => file.text.trim() !== '');
      return [folder, kept.sort((a, b) => (a.path < b.path ? -1 : 1))];
    }),
  );
}

/** Both languages say everything the lesson has, and nothing it does not have. */
function textProblems(lesson: Lesson, spec: LessonSpec): readonly LessonProblem[] {
  const wanted: readonly (readonly [
    part: string,
    ids: readonly string[],
    of: (text: LessonText) => Iterable<string>,
  ])[] = [
    ['properties', spec.properties.map((property) => property.id), (text) => text.properties.keys()],
    ['forms', spec.forms.map((form) => form.id), (text) => text.forms.keys()],
    ['hints', ['1', '2', '3'], (text) => text.hints.keys()],
    ['near-misses', spec.nearMisses.map((nearMiss) => nearMiss.folder), (text) => text.nearMisses.keys()],
    ['notes', spec.markers.map((marker) => marker.name), (text) => text.notes.keys()],
    ['{{measurements}}', spec.measurements.map((measurement) => measurement.id), placeholdersOf],
  ];
  const problems = lessonLanguages.flatMap((language) =>
    wanted.flatMap(([part, ids, of]) => {
      const said = new Set(of(lesson.texts[language]));
      return [
        ...ids.filter((id) => !said.has(id)).map((id) => textProblem(language, `${part}: ${id} is missing`)),
        ...[...said]
          .filter((id) => !ids.includes(id))
          .map((id) => textProblem(language, `${part}: the lesson has no ${id}`)),
      ];
    }),
  );
  const right = (language: LessonLanguage): string =>
    lesson.texts[language].options.map((option) => option.isRight).join();
  if (right('en') !== right('ja'))
    problems.push(textProblem('ja', 'predict: the answers differ from en.md in number or in which is right'));
  const { en, ja } = lesson.texts;
  const stepsOf = (text: LessonText): string => text.symptoms.map((symptom) => symptom.step).join();
  if (stepsOf(en) !== stepsOf(ja))
    problems.push({
      path: 'ja.md',
      line: ja.symptoms[0]?.line ?? 1,
      column: 1,
      detail: 'symptoms: they differ from en.md in number or in the steps they lead to',
    });
  if (linksOf(en.read) !== linksOf(ja.read))
    problems.push(textProblem('ja', 'read: the links differ from those of en.md'));
  return problems;
}

/** What the glossary explains to the readers of one language it explains to those of the other. */
function termProblems(texts: readonly LessonFile[]): readonly LessonProblem[] {
  return texts.flatMap(({ path, text }) => {
    const told = new Set(linkedTerms(text).map(({ term }) => term));
    const elsewhere = texts.flatMap((other) => linkedTerms(other.text).map(({ term }) => term));
    return [...new Set(elsewhere)]
      .filter((term) => !told.has(term))
      .map((term) => problem(path, `links to no term ${term}, as the other language does`));
  });
}

/** Where a Markdown text leads, in its order. */
function linksOf(markdown: string): string {
  return [...markdown.matchAll(/\]\((\S+)\)/g)].map(([, address = '']) => address).join(' ');
}

/** The measurements that a text shows. */
function placeholdersOf(text: LessonText): Iterable<string> {
  const bodies = [...stepIds.map((step) => text.steps[step].body), text.solution];
  return bodies.flatMap((body) => [...body.matchAll(/^\{\{([a-z0-9-]+)\}\}$/gm)].map(([, id = '']) => id));
}

function scenarioProblems(lesson: Lesson): readonly LessonProblem[] {
  const { spec, diagnostics } = parseScenario({ path: 'scenario.yaml', text: lesson.scenario });
  const marked = new Set((spec.markers ?? []).map((marker) => marker.name));
  return [
    ...diagnostics.map(({ path, range, code, params }) => ({
      path,
      ...range.start,
      detail: `${code} ${JSON.stringify(params)}`,
    })),
    ...lesson.markers
      .filter(({ name }) => !marked.has(name))
      .map(({ name }) => problem('scenario.yaml', `has no marker ${name}`)),
  ];
}

function variantProblems(lesson: Lesson): readonly LessonProblem[] {
  const folders = [...lesson.variants.keys()];
  const nearMisses = folders.filter((folder) => folder.startsWith('near-miss-'));
  const named = lesson.nearMisses.map((nearMiss) => nearMiss.folder);
  const problems = [
    ...['start', 'solution']
      .filter((folder) => !folders.includes(folder))
      .map((folder) => problem(folder, 'is missing')),
    ...folders
      .filter((folder) => !/^(start|solution|(alt|near-miss)-\d+)$/.test(folder))
      .map((folder) => problem(folder, 'is none of start, solution, alt-<n>, near-miss-<n>')),
    ...nearMisses
      .filter((folder) => !named.includes(folder))
      .map((folder) => problem('lesson.yaml', `nearMisses lacks ${folder}`)),
    ...named.filter((folder) => !nearMisses.includes(folder)).map((folder) => problem(folder, 'is missing')),
  ];
  if (alternatives(lesson).length < alternativesMin)
    problems.push(problem('alt-1', `at least ${alternativesMin} alternatives are needed`));
  if (nearMisses.length < nearMissesMin)
    problems.push(problem('near-miss-1', `at least ${nearMissesMin} near misses are needed`));

  const start = parseManifests(manifestsOf(lesson, 'start')).resources;
  for (const folder of folders) {
    const { resources, diagnostics } = parseManifests(manifestsOf(lesson, folder));
    for (const { path, range, code, severity } of diagnostics) {
      if (severity === 'error') problems.push({ path: `${folder}/${path}`, ...range.start, detail: code });
    }
    problems.push(...editProblems(lesson, folder, start, resources));
  }
  return problems;
}

function editProblems(
  lesson: Lesson,
  folder: string,
  start: readonly Resource[],
  edited: readonly Resource[],
): readonly LessonProblem[] {
  const changes = changesBetween(start, edited);
  const problems = forbiddenChanges(changes, lesson.allowedEdits).map((change) =>
    problem(folder, `is not allowed to change ${describeChange(change)}`),
  );
  if (folder !== 'start' && changes.length === 0) problems.push(problem(folder, 'changes nothing'));
  if (folder === 'solution') {
    problems.push(
      ...changesOutsideForms(changes, lesson.forms).map((change) =>
        problem(folder, `no form can make the change of ${describeChange(change)}`),
      ),
    );
  }
  return problems;
}

function problem(path: string, detail: string): LessonProblem {
  return { path, line: 1, column: 1, detail };
}

function textProblem(language: LessonLanguage, detail: string): LessonProblem {
  return problem(`${language}.md`, detail);
}

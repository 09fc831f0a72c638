// Lessons become part of the page: their folders are read, checked and turned into modules when it is built, so that no page carries a
// Markdown parser. A mistake in a lesson fails the build at its file and line. `virtual:lessons` is the list of them,
// `virtual:lessons/doors` no more than the way to each one's parts.

import { join } from 'node:path';
import { micromark } from 'micromark';
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';
import { runnerImport, type Plugin } from 'vite';
import { lessonNames, readLesson } from './src/entry/commands/lesson-files.ts';
import { linkedTerms } from './src/lesson/model/text.ts';
import type * as LessonRoom from './src/entry/lesson-room.ts';
import type {
  Lesson,
  LessonEntry,
  LessonLanguage,
  LessonText,
  ShownBody,
  ShownText,
} from './src/lesson/model/index.ts';
import type * as GlossaryText from './src/text/glossary/en.ts';

const ROOT = join(import.meta.dirname, 'lessons');
const LIST = 'virtual:lessons';
const languages: readonly LessonLanguage[] = ['en', 'ja'];

export function lessonModules(): Plugin {
  let loading: Promise<readonly Lesson[]> | undefined;
  const lessons = (): Promise<readonly Lesson[]> => (loading ??= loadLessons());
  return {
    name: 'meshscope:lessons',
    resolveId: (id) => (id.startsWith(LIST) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${LIST}`)) return undefined;
      const [, name, part] = id.slice(1).split('/');
      const all = await lessons();
      const lesson = all.find((known) => known.id === name);
      for (const file of lesson === undefined ? [] : readLesson(ROOT, lesson.id))
        this.addWatchFile(join(ROOT, lesson?.id ?? '', file.path));
      if (lesson === undefined) return name === 'doors' ? doorsModule(all) : listModule(all);
      const language = languages.find((known) => known === part);
      return language === undefined
        ? scriptModule(lesson)
        : `export const text = ${json(shownText(lesson.texts[language]))};`;
    },
    // Live preview: a change of any lesson's file shows at once.
    handleHotUpdate({ file, server }) {
      if (!file.startsWith(ROOT)) return;
      loading = undefined;
      for (const [id, module] of server.moduleGraph.idToModuleMap)
        if (id.startsWith(`\0${LIST}`)) server.moduleGraph.invalidateModule(module);
      server.ws.send({ type: 'full-reload' });
    },
  };
}

/** All lessons in their order. Throws when any has a mistake: `lessons/<id>/<file>:<line>:<column>: what is wrong`. */
async function loadLessons(): Promise<readonly Lesson[]> {
  const [{ module }, { module: words }] = await Promise.all([
    runnerImport<typeof LessonRoom>(join(import.meta.dirname, 'src/entry/lesson-room.ts')),
    runnerImport<typeof GlossaryText>(join(import.meta.dirname, 'src/text/glossary/en.ts')),
  ]);
  const terms = new Set(Object.keys(words.glossary));
  const loaded = lessonNames(ROOT).map((name) => {
    const files = readLesson(ROOT, name);
    const { lesson, problems } = module.loadLesson(name, files);
    return { name, lesson, problems: [...problems, ...module.unknownTerms(files, terms)] };
  });
  const mistakes = loaded.flatMap(({ name, problems }) =>
    problems.map(({ path, line, column, detail }) => `lessons/${name}/${path}:${line}:${column}: ${detail}`),
  );
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return loaded.flatMap(({ lesson }) => lesson ?? []).sort((a, b) => a.order - b.order);
}

function listModule(lessons: readonly Lesson[]): string {
  const entries = lessons.map(({ id, order, prerequisites, texts }) => {
    const shown = {
      order,
      prerequisites,
      titles: { en: texts.en.title, ja: texts.ja.title },
      summariesHtml: { en: inline(texts.en.summary), ja: inline(texts.ja.summary) },
      symptoms: { en: symptomsOf(texts.en), ja: symptomsOf(texts.ja) },
      terms: termsOf(id),
    };
    return json(shown);
  });
  return `import { doors } from '${LIST}/doors';
export const lessons = [${entries.join(',\n')}].map((entry, at) => ({ ...entry, ...doors[at] }));`;
}

/** In the order of the list. */
function doorsModule(lessons: readonly Lesson[]): string {
  const load = (id: string, part: string): string => `() => import('${LIST}/${id}/${part}')`;
  const doors = lessons.map(
    ({ id }) => `door('${id}', ${['script', 'en', 'ja'].map((part) => load(id, part)).join(', ')})`,
  );
  return `const door = (id, script, en, ja) => ({
  id,
  loadScript: async () => (await script()).script,
  loadText: async (language) => (await (language === 'ja' ? ja : en)()).text,
});
export const doors = [${doors.join(',\n')}];`;
}

/** Terms of the glossary that the lesson links to, in either language. */
function termsOf(lesson: string): readonly string[] {
  const texts = readLesson(ROOT, lesson).filter(({ path }) => path.endsWith('.md'));
  return [...new Set(texts.flatMap(({ text }) => linkedTerms(text).map(({ term }) => term)))].sort();
}

function symptomsOf({ symptoms }: LessonText): LessonEntry['symptoms']['en'] {
  return symptoms.map(({ step, text }) => ({ step, html: inline(text) }));
}

function scriptModule(lesson: Lesson): string {
  const { texts: _words, variants, ...plain } = lesson;
  return `export const script = { ...${json(plain)}, variants: new Map(${json([...variants])}) };`;
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

function shownText(text: LessonText): ShownText {
  const bodies = (of: ReadonlyMap<string, string>): Readonly<Record<string, ShownBody>> =>
    Object.fromEntries([...of].map(([id, markdown]) => [id, bodyOf(markdown)]));
  const inlines = (of: ReadonlyMap<string, string>): Readonly<Record<string, string>> =>
    Object.fromEntries([...of].map(([id, markdown]) => [id, inline(markdown)]));
  const step = ({ title, body }: { readonly title: string; readonly body: string }) => ({ title, body: bodyOf(body) });
  const { steps } = text;
  return {
    title: text.title,
    summaryHtml: inline(text.summary),
    steps: {
      question: step(steps.question),
      predict: step(steps.predict),
      run: step(steps.run),
      look: step(steps.look),
      change: step(steps.change),
      prove: step(steps.prove),
      explain: step(steps.explain),
    },
    options: text.options.map(({ text: answer, isRight, reply }) => ({
      textHtml: inline(answer),
      isRight,
      replyHtml: inline(reply),
    })),
    properties: inlines(text.properties),
    forms: inlines(text.forms),
    hints: ['1', '2', '3'].map((level) => bodyOf(text.hints.get(level) ?? '')),
    solution: bodyOf(text.solution),
    nearMisses: bodies(text.nearMisses),
    notes: bodies(text.notes),
    read: bodyOf(text.read),
  };
}

/** `{{id}}` on a line of its own is the place of a table. */
function bodyOf(markdown: string): ShownBody {
  return markdown
    .split(/^\{\{([a-z0-9-]+)\}\}$/m)
    .map((piece, at) =>
      at % 2 === 1 ? ({ kind: 'measurement', id: piece } as const) : ({ kind: 'prose', html: prose(piece) } as const),
    )
    .filter((part) => part.kind === 'measurement' || part.html !== '');
}

/**
 * Tables as on GitHub, emphasis that Japanese can use; HTML in the text stays text, and links lead nowhere they should not. A link to
 * `#term` becomes a button that shows what the glossary says.
 */
function prose(markdown: string): string {
  const html = micromark(markdown, {
    extensions: [gfmTable(), cjkFriendlyExtension()],
    htmlExtensions: [gfmTableHtml()],
  });
  return (
    html
      .replaceAll('<a href="http', '<a target="_blank" rel="noreferrer" href="http')
      .replaceAll(
        /<a href="#([a-z0-9-]+)">(.*?)<\/a>/gs,
        '<button type="button" class="term" data-term="$1">$2</button>',
      )
      // A number stays with its unit.
      .replaceAll(/(\d) (?=(?:s|ms|MiB)\b)/g, '$1\u00a0')
      .trim()
  );
}

/** One paragraph without its mark. */
function inline(markdown: string): string {
  return prose(markdown).replace(/^<p>(.*)<\/p>$/s, '$1');
}

// Starts the page. This is all that has to be there at first: it sets the reader's language and theme on the poster that the document
// came with, then asks for the page's code and its words at the same time.

import type { FromFinder } from '../explore/port.ts';
import { doors } from 'virtual:lessons/doors';
import type { ToPage } from '../scenario/port.ts';
import type { FromJudge, LessonCatalogue, LessonDoor } from '../lesson/model/index.ts';
import {
  languages,
  loadConfigTexts,
  loadFidelity,
  loadLessonTexts,
  loadProblemTexts,
  loadTexts,
  type Language,
} from '../text/index.ts';
import type { Connect, ConnectFinder, ConnectJudge, OpenLesson, WorkspaceOptions } from '../ui/index.ts';
import type { LessonWords } from '../ui/lesson/poster.ts';
import { routeOf } from '../ui/route.ts';
import { readSettings } from '../ui/storage.ts';
import { defaultScene } from './default-scene.ts';
import { withSpare } from './spare-worker.ts';

/** The page's end of a worker, and what it tells. */
interface Listener<From> {
  onMessage(message: From): void;
  onDeath(reason: string): void;
}

function over<From>(worker: Worker, listener: Listener<From>): { post(message: unknown): void; close(): void } {
  worker.addEventListener('message', (event: MessageEvent<From>) => listener.onMessage(event.data));
  worker.addEventListener('error', (event) => listener.onDeath(event.message));
  worker.addEventListener('messageerror', () => listener.onDeath('a message could not be read'));
  return { post: (message) => worker.postMessage(message), close: () => worker.terminate() };
}

/** Whoever learns goes on to the next lesson; whoever looks at a scene mostly stays, and a second worker would only use up a battery. */
const isLearning = (): boolean => routeOf(location.hash)?.lesson !== undefined;

const engine = withSpare(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), isLearning);
const connect: Connect = (listener) => over<ToPage>(engine(), listener);

/** Those who judge have a worker apart from the run; a lesson and a search have one each. */
const judges = withSpare(
  () => new Worker(new URL('./judge-worker.ts', import.meta.url), { type: 'module' }),
  isLearning,
);
const connectJudge: ConnectJudge = (listener) => over<FromJudge>(judges(), listener);
const connectFinder: ConnectFinder = (listener) => over<FromFinder>(judges(), listener);

const loadLessons = async (): Promise<LessonCatalogue> => (await import('virtual:lessons')).lessons;

/** What was chosen before; else the first language of the browser that is spoken here. */
function languageOf(chosen: Language | undefined): Language {
  if (chosen !== undefined) return chosen;
  const spoken = navigator.languages.find((tag) => /^(ja|en)\b/i.test(tag));
  return spoken?.toLowerCase().startsWith('ja') === true ? 'ja' : 'en';
}

/** What is asked for late is loaded while there is still a network, once the page has come to rest. */
const LOAD_AHEAD_MS = 4_000;

async function start(target: Element): Promise<void> {
  const { language: chosen, theme } = readSettings();
  const { documentElement: root } = document;
  if (theme !== 'auto') root.dataset['theme'] = theme;
  root.dataset['start'] = 'loading';
  const route = routeOf(location.hash);
  const language = route?.language ?? languageOf(chosen);
  root.lang = language;
  const lesson = route?.view === undefined ? doorTo(route?.lesson) : undefined;
  const [page, texts, place] = await Promise.all([
    (lesson === undefined ? painted() : wordsPainted(target, lesson, language)).then(() => import('../ui/index.ts')),
    loadTexts(language),
    placeAt(location.hash, language),
  ]);
  let opened = page.openPage(target, { ...place, language, texts });
  delete root.dataset['start'];
  addEventListener('hashchange', () => {
    const { hash } = location;
    const route = routeOf(hash);
    if (route === undefined) return;
    const spoken = route.language ?? (root.lang === 'ja' ? 'ja' : 'en');
    const read = loadTexts(spoken).catch(() => texts); // without a network the page goes there in the language it has
    void read.then(async (words) => {
      const inUse = words === texts ? language : spoken;
      const options = await placeAt(hash, inUse);
      if (hash !== location.hash) return; // somebody has gone on meanwhile
      opened.close();
      opened = page.openPage(target, { ...options, language: inUse, texts: words });
    });
  });
  setTimeout(() => void loadAhead(page.loadLateParts), LOAD_AHEAD_MS);
}

/** What stands at an address: a lesson, or the sandbox. */
async function placeAt(hash: string, language: Language): Promise<Omit<WorkspaceOptions, 'language' | 'texts'>> {
  const { lesson: id, view, shared, unlucky } = routeOf(hash) ?? {};
  const opening = {
    ...(view === undefined ? {} : { view }),
    ...(shared === undefined ? {} : { shared }),
    ...(unlucky === undefined ? {} : { unlucky }),
  };
  const common = { connect, connectJudge, connectFinder, loadLessons };
  if (id === undefined) return { ...common, ...opening, source: defaultScene };
  const door = doorTo(id);
  const lesson = door === undefined ? undefined : await loadLesson(door, language);
  if (lesson === undefined) return { ...common, source: defaultScene, missingLesson: id };
  const { scenario, variants } = lesson.script;
  return { ...common, ...opening, lesson, source: { scenario, manifests: variants.get('start') ?? [] } };
}

const doorTo = (lesson: string | undefined): LessonDoor | undefined => doors.find(({ id }) => id === lesson);

/** Undefined if it cannot be loaded. */
async function loadLesson(entry: LessonDoor, language: Language): Promise<OpenLesson | undefined> {
  try {
    const [script, words] = await Promise.all([entry.loadScript(), loadWords(entry, language)]);
    return { entry, script, words };
  } catch {
    return undefined;
  }
}

/** Undefined if they cannot be loaded: the pane tries again, and says so. */
async function loadWords(lesson: LessonDoor, language: Language): Promise<LessonWords | undefined> {
  try {
    const [text, around] = await Promise.all([lesson.loadText(language), loadLessonTexts(language)]);
    return { text, around };
  } catch {
    return undefined;
  }
}

/** The page's code, which is on its way already, is not run before the poster is seen; a tab in the background paints nothing. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, PAINT_MAX_MS);
  });
}
const PAINT_MAX_MS = 100;

/** The same with a lesson's words on the poster, if they come soon; if they come later they may still be there before the page. */
async function wordsPainted(target: Element, lesson: LessonDoor, language: Language): Promise<void> {
  const words = loadWords(lesson, language);
  const shown = import('../ui/lesson/poster.ts').then(({ showOnPoster }) => showOnPoster(target, lesson.id, words));
  // What fails here fails once more where the page needs it, and says so there.
  await Promise.race([shown.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, WORDS_MAX_MS))]);
  await painted();
}
const WORDS_MAX_MS = 300;

/** The parts of the page nobody has gone to, the other language, the sentences of the ledger and of what is wrong. What fails now is asked for again. */
async function loadAhead(loadLateParts: () => Promise<void>): Promise<void> {
  await loadLateParts();
  await Promise.allSettled(
    languages.flatMap((other) => [
      loadTexts(other),
      loadProblemTexts(other),
      loadConfigTexts(other),
      loadFidelity(other),
    ]),
  );
}

// Whoever has this method has module workers. In an older browser, and where a script cannot be read, the document says so itself.
const isKnownBrowser = typeof [].toSorted === 'function';
const target = document.querySelector('#app');
if (target !== null && isKnownBrowser) {
  start(target).catch((cause: unknown) => {
    document.documentElement.dataset['start'] = 'failed';
    throw cause; // to the console, for whoever looks for the reason
  });
} else document.documentElement.dataset['start'] = 'failed';

// Starts the page. This is all that has to be there at first: it sets the reader's language and theme on the poster that the document
// came with, then asks for the page's code and its words at the same time.

import type { ToPage } from '../scenario/port.ts';
import { languages, loadAnalysisTexts, loadFidelity, loadTexts, type Language } from '../text/index.ts';
import type { Connect } from '../ui/index.ts';
import { readSettings } from '../ui/storage.ts';
import { defaultScene } from './default-scene.ts';

const connect: Connect = (listener) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', (event: MessageEvent<ToPage>) => listener.onMessage(event.data));
  worker.addEventListener('error', (event) => listener.onDeath(event.message));
  worker.addEventListener('messageerror', () => listener.onDeath('a message could not be read'));
  return { post: (message) => worker.postMessage(message), close: () => worker.terminate() };
};

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
  const language = languageOf(chosen);
  const { documentElement: root } = document;
  root.lang = language;
  if (theme !== 'auto') root.dataset['theme'] = theme;
  root.dataset['start'] = 'loading';
  const [page, texts] = await Promise.all([posterPainted().then(() => import('../ui/index.ts')), loadTexts(language)]);
  page.openPage(target, { connect, source: defaultScene, language, texts });
  delete root.dataset['start'];
  setTimeout(() => void loadAhead(page.loadLateParts), LOAD_AHEAD_MS);
}

/** The page's code, which is on its way already, is not run before the poster is seen; a tab in the background paints nothing. */
function posterPainted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, PAINT_MAX_MS);
  });
}
const PAINT_MAX_MS = 100;

/** The parts of the page nobody has gone to, the other language, the sentences of the ledger and the analyzers. What fails now is asked for again. */
async function loadAhead(loadLateParts: () => Promise<void>): Promise<void> {
  await loadLateParts();
  await Promise.allSettled(
    languages.flatMap((other) => [loadTexts(other), loadAnalysisTexts(other), loadFidelity(other)]),
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

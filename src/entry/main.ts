// Starts the page: the reader's language, the default scene, and a worker to simulate it in.

import type { ToPage } from '../scenario/port.ts';
import { languages, loadFidelity, loadTexts, type Language } from '../text/index.ts';
import { openPage, readSettings, type Connect } from '../ui/index.ts';
import { defaultScene } from './default-scene.ts';

const connect: Connect = (listener) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', (event: MessageEvent<ToPage>) => listener.onMessage(event.data));
  worker.addEventListener('error', (event) => listener.onDeath(event.message));
  worker.addEventListener('messageerror', () => listener.onDeath('a message could not be read'));
  return { post: (message) => worker.postMessage(message), close: () => worker.terminate() };
};

/** What was chosen before; else the first language of the browser that is spoken here. */
function chooseLanguage(): Language {
  const { language } = readSettings();
  if (language !== undefined) return language;
  const spoken = navigator.languages.find((tag) => /^(ja|en)\b/i.test(tag));
  return spoken?.toLowerCase().startsWith('ja') === true ? 'ja' : 'en';
}

/** Loads what is small and asked for late, while there is still a network: the other language, the sentences of the ledger. */
function loadAhead(): void {
  const work = async (): Promise<void> => {
    await Promise.all(languages.flatMap((language) => [loadTexts(language), loadFidelity(language)]));
  };
  // What fails now is loaded again when it is asked for, and says so then.
  setTimeout(() => void work().catch(() => undefined), LOAD_AHEAD_MS);
}
const LOAD_AHEAD_MS = 5_000;

// In a browser older than this the page keeps the sentence it came with (index.html). Whoever has this method has module workers.
const isKnownBrowser = typeof [].toSorted === 'function';
const target = document.querySelector('#app');
if (target !== null && isKnownBrowser) {
  const language = chooseLanguage();
  openPage(target, { connect, source: defaultScene, language, texts: await loadTexts(language) });
  loadAhead();
}

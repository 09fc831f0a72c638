// Starts the page: the reader's language, the default scene, and a worker to simulate it in.

import type { ToPage } from '../scenario/port.ts';
import { loadTexts, type Language } from '../text/index.ts';
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

const target = document.querySelector('#app');
if (target !== null) {
  const language = chooseLanguage();
  openPage(target, { connect, source: defaultScene, language, texts: await loadTexts(language) });
}

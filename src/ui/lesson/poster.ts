// What a lesson says first, on the poster that the document came with: its words are the smallest of its parts and what somebody came
// for, so they are read while the page is still on its way. The pane then stands in the same place with the same words
// (LessonPane.svelte; the poster's looks are in index.html).

import { stepIds, type ShownText } from '../../lesson/model/index.ts';
import type { LessonTexts } from '../../text/index.ts';
import { progressIn } from './progress.ts';

/** A lesson's own words in one language, and those around them. */
export interface LessonWords {
  readonly text: ShownText;
  readonly around: LessonTexts;
}

/** Shows the step at which `lesson` was left, without the tables that are counted from its run, unless the page has come before its words. */
export async function showOnPoster(
  page: Element,
  lesson: string,
  loading: Promise<LessonWords | undefined>,
): Promise<void> {
  const loaded = await loading;
  const poster = page.querySelector('.poster');
  if (loaded === undefined || poster === null) return;
  const { text, around } = loaded;
  const { step } = progressIn(lesson);
  const { title, body } = text.steps[step];
  const words = document.createElement('div');
  words.className = 'words';
  const steps = stepIds.map((id) => `<li${id === step ? ' class="at"' : ''}>${plain(around.step[id])}</li>`);
  const summary = step === 'question' ? `<p class="summary">${text.summaryHtml}</p>` : '';
  const prose = body.map((part) => (part.kind === 'prose' ? part.html : '')).join('');
  words.innerHTML = `<header><h2>${plain(text.title)}</h2><ol>${steps.join('')}</ol></header>
    <article>${summary}<h3>${plain(title)}</h3><div class="body">${prose}</div></article>`;
  poster.append(words);
}

const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

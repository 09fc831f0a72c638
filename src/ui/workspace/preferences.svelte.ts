// How somebody likes the page: language, theme, motion, keys, sizes of panes. Kept between visits.

import { MediaQuery } from 'svelte/reactivity';
import { loadProblemTexts, loadTexts, type Language, type Texts } from '../../text/index.ts';
import { movementOf } from '../motion.ts';
import { readSettings, writeSettings, type Settings } from '../storage.ts';
import { type Appearance, appearanceOf } from '../theme.ts';
import type { Notice } from './notice.svelte.ts';

export class Preferences {
  language = $state<Language>('en');
  texts = $state.raw<Texts>() as Texts; // set in the constructor
  settings = $state.raw<Settings>(readSettings());
  readonly #isDark = new MediaQuery('(prefers-color-scheme: dark)');
  readonly #isReduced = new MediaQuery('(prefers-reduced-motion: reduce)');
  /** The theme that the settings and the system ask for. */
  readonly wanted = $derived(appearanceOf(this.settings.theme, this.#isDark.current));
  /** The theme whose values the document has, once it has any: what reads colours from it follows this. */
  appearance = $state<Appearance>();
  /** How much may move. */
  readonly movement = $derived(movementOf(this.settings.motion, this.#isReduced.current));
  readonly #notice: Notice;
  /** Somebody has asked for the words of what is wrong. */
  #hasProblems = false;

  constructor(language: Language, texts: Texts, notice: Notice) {
    this.language = language;
    this.texts = texts;
    this.#notice = notice;
  }

  async setLanguage(language: Language): Promise<void> {
    try {
      this.texts = { ...(await loadTexts(language)), ...(await this.#problemsIn(language)) };
    } catch {
      // Not loaded yet and no network: the page stays in the language it has.
      this.#notice.say(() => this.texts.ui.app.unreachable);
      return;
    }
    this.language = language;
    this.change({ language });
  }

  /** Something is wrong: from now on the words for it are there, unless there is no network. */
  async needProblems(): Promise<void> {
    if (this.#hasProblems) return;
    this.#hasProblems = true;
    const { language } = this;
    try {
      const problems = await loadProblemTexts(language);
      if (language === this.language) this.texts = { ...this.texts, problems };
    } catch {
      this.#hasProblems = false; // asked for again with the next problem; until then their codes stand for them
    }
  }

  async #problemsIn(language: Language): Promise<Pick<Texts, 'problems'>> {
    return this.#hasProblems ? { problems: await loadProblemTexts(language) } : {};
  }

  /** Changes some settings, and keeps them if storage allows. */
  change(changed: Partial<Settings>): void {
    this.settings = { ...this.settings, ...changed };
    if (!writeSettings(this.settings)) this.#notice.say(() => this.texts.ui.editor.storageFull);
  }
}

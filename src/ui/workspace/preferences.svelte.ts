// How somebody likes the page: language, theme, motion, keys, sizes of panes. Kept between visits.

import { loadTexts, type Language, type Texts } from '../../text/index.ts';
import { readSettings, writeSettings, type Settings } from '../storage.ts';
import type { Appearance } from '../theme.ts';
import type { Notice } from './notice.svelte.ts';

export class Preferences {
  language = $state<Language>('en');
  texts = $state.raw<Texts>() as Texts; // set in the constructor
  settings = $state.raw<Settings>(readSettings());
  /** The theme in use, once the page has found out. */
  appearance = $state<Appearance>();
  readonly #notice: Notice;

  constructor(language: Language, texts: Texts, notice: Notice) {
    this.language = language;
    this.texts = texts;
    this.#notice = notice;
  }

  async setLanguage(language: Language): Promise<void> {
    this.texts = await loadTexts(language);
    this.language = language;
    this.change({ language });
  }

  /** Changes some settings, and keeps them if storage allows. */
  change(changed: Partial<Settings>): void {
    this.settings = { ...this.settings, ...changed };
    if (!writeSettings(this.settings)) this.#notice.say(this.texts.ui.editor.storageFull);
  }
}

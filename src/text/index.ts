// The text room's door. A language is loaded when it is needed.
import type { Texts } from './texts.ts';

export { formatDiagnostic } from './diagnostics/format.ts';
export { fill, piecesOf, placeholdersOf } from './fill.ts';
export type { Params, Piece } from './fill.ts';
export type { Texts } from './texts.ts';

export type Language = 'en' | 'ja';
export const languages: readonly Language[] = ['en', 'ja'];
/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ja: '日本語' };

/** Loads the texts of a language. */
export async function loadTexts(language: Language): Promise<Texts> {
  switch (language) {
    case 'en':
      return (await import('./en.ts')).en;
    case 'ja':
      return (await import('./ja.ts')).ja;
  }
}

// Loads the editor, its own words first: Monaco reads them while its modules are evaluated.

import type { monaco } from './monaco.ts';
import type { Language } from '../../text/index.ts';

export type Monaco = typeof monaco;

let loading: Promise<Monaco> | undefined;

/** The editor in the language of its first use; another language takes a new visit. */
export function loadMonaco(language: Language): Promise<Monaco> {
  loading ??= load(language);
  return loading;
}

async function load(language: Language): Promise<Monaco> {
  try {
    if (language === 'ja') await import('monaco-editor/nls/lang/ja');
    return (await import('./monaco.ts')).monaco;
  } catch (cause) {
    loading = undefined; // the next visit to the text tries again
    throw cause;
  }
}

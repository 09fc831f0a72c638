// Every word of the page itself. Short labels are nouns or verbs, sentences end with a full stop.
import { editor } from './editor.en.ts';
import { inspector } from './inspector.en.ts';
import { page } from './page.en.ts';
import { stage } from './stage.en.ts';
import { time } from './time.en.ts';

export const ui = { ...page, ...stage, ...time, ...editor, ...inspector };

export type UiTexts = typeof ui;

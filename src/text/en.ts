// Everything the product says in English.
import { reasons } from './reasons/en.ts';
import { records } from './records/en.ts';
import type { Texts } from './texts.ts';
import { ui } from './ui/en.ts';

export const en: Texts = { ui, records, reasons };

// 日本語の文章のすべて。
import { reasons } from './reasons/ja.ts';
import { records } from './records/ja.ts';
import type { Texts } from './texts.ts';
import { ui } from './ui/ja.ts';

export const ja: Texts = { ui, records, reasons };

// 画面そのものの言葉。ラベルは名詞か動詞で終え、文は「です・ます」で結ぶ。
import { editor } from './editor.ja.ts';
import type { UiTexts } from './en.ts';
import { inspector } from './inspector.ja.ts';
import { page } from './page.ja.ts';
import { stage } from './stage.ja.ts';
import { time } from './time.ja.ts';

export const ui = { ...page, ...stage, ...time, ...editor, ...inspector } satisfies UiTexts;

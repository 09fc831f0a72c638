// What the editor knows of manifests, and its sentences. Loaded when an editor first needs it: the page itself does without.

import type * as Assist from '../../manifests/assist/index.ts';
import { fill, loadFieldTexts, type FieldTexts, type Language, type Texts } from '../../text/index.ts';

export interface LoadedAssist {
  readonly assist: typeof Assist;
  readonly fields: FieldTexts;
}

export async function loadAssist(language: Language): Promise<LoadedAssist> {
  const [assist, fields] = await Promise.all([import('../../manifests/assist/index.ts'), loadFieldTexts(language)]);
  return { assist, fields };
}

/** The sentence of a description key; undefined when there is none. */
export function fieldText(fields: FieldTexts, key: string): string | undefined {
  return Object.hasOwn(fields, key) ? fields[key as keyof FieldTexts] : undefined;
}

/** What is said of a field, as Markdown: its name and type, its meaning, its values and theirs; only that of `value` when there is one. */
export function fieldMarkdown(
  { assist, fields }: LoadedAssist,
  ui: Texts['ui'],
  facts: Assist.FieldFacts,
  value?: string,
): string {
  const { field: words } = ui;
  const { default: usual, key, values } = facts;
  const traits = [
    `\`${facts.type}\``,
    ...(facts.isRequired ? [words.required] : []),
    ...(usual === undefined ? [] : [fill(words.default, { value: `\`${JSON.stringify(usual)}\`` })]),
  ];
  const meaning = fieldText(fields, key);
  const meaningOf = (one: string): string | undefined => fieldText(fields, assist.enumKey(key, one));
  const shown = value !== undefined && meaningOf(value) !== undefined ? [value] : values.map(String);
  const lines = shown.map((one) => {
    const meant = meaningOf(one);
    return meant === undefined ? `- \`${one}\`` : `- \`${one}\`: ${meant}`;
  });
  return [
    `**${facts.name}** · ${traits.join(' · ')}`,
    meaning ?? (facts.isSimulated ? words.notActedOn : words.notSimulated),
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
  ].join('\n\n');
}

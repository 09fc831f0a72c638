// The simulation's ban on everything that differs between two runs or two engines, tried line by line.

import { ESLint, Linter } from 'eslint';
import ts from 'typescript-eslint';
import { beforeAll, describe, expect, test } from 'vitest';

const RULES = ['no-restricted-globals', 'no-restricted-syntax'] as const;

async function lintAs(path: string): Promise<(code: string) => readonly string[]> {
  const config = (await new ESLint().calculateConfigForFile(path)) as Linter.Config; // typed any by ESLint
  const rules = Object.fromEntries(RULES.map((name) => [name, config.rules?.[name] ?? 'off']));
  const linter = new Linter();
  return (code) =>
    linter
      .verify(code, [{ files: ['**/*.ts'], languageOptions: { parser: ts.parser }, rules }], 'a.ts')
      .map((message) => message.ruleId ?? message.message);
}

describe('in the simulation', () => {
  let lint: (code: string) => readonly string[];
  beforeAll(async () => {
    lint = await lintAs('src/kernel/anything.ts');
  });

  test.each([
    'export const a = Math.random();',
    'export const a = Math.log2(8);',
    'export const a = Math.pow(2, 3);',
    'export const a = Math.hypot(3, 4);',
    'const { random } = Math; export { random };',
    'export const a = 2 ** 3;',
    'export let a = 2; a **= 3;',
    'export const a = Date.now();',
    'export const a = performance.now();',
    'setTimeout(() => {}, 1);',
    'queueMicrotask(() => {});',
    'export const a = Promise.resolve(1);',
    'export const a = async () => {};',
    'export type A = Promise<number>;',
    'export const a = () => import("./b.ts");',
    'export const a = new Intl.NumberFormat();',
    'export const a = "a".localeCompare("b");',
    'export const a = (1).toLocaleString();',
    'export const a = "I".toLocaleLowerCase();',
    'for (const key in { a: 1 }) { key; }',
    'export const a = [2, 1].sort();',
    'export const a = [2, 1].toSorted();',
    'export const a = new WeakRef({});',
    'export const a = globalThis.Date.now();',
    'export const a = crypto.randomUUID();',
    'export default 1;',
  ])('%s is refused', (code) => {
    expect(lint(code)).not.toEqual([]);
  });

  test.each([
    'export const a = Math.floor(7 / 2) + Math.imul(3, 4) + Math.sqrt(4) + Math.fround(0.5);',
    'export const a = [2, 1].sort((x, y) => x - y);',
    'for (const item of [1, 2]) { item; }',
    'export const a = new Map([[1, 2]]);',
  ])('%s is allowed', (code) => {
    expect(lint(code)).toEqual([]);
  });
});

test('the screen may use time, promises and locales', async () => {
  const lint = await lintAs('src/ui/anything.ts');
  expect(lint('export const a = async () => { await Promise.resolve(Date.now()); return Math.random(); };')).toEqual(
    [],
  );
});

import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

/** Everything between the two waists: the same inputs must give the same trace in every engine. */
const DETERMINISTIC = ['kernel', 'trace', 'manifests', 'net', 'host', 'kube', 'mesh', 'scenario', 'explore'];

/** Math that every engine rounds alike. Logarithms, powers and angles differ in the last bit between engines. */
const EXACT_MATH = ['abs', 'ceil', 'clz32', 'floor', 'fround', 'imul', 'max', 'min', 'round', 'sign', 'sqrt', 'trunc'];

const WHY_TIME = 'Virtual time is an argument (Instant, Micros); delays are queue entries.';
const WHY_ASYNC = 'A run is synchronous: what happens later is an entry of the event queue.';
const WHY_LOCALE = 'Locales differ between machines: compare code units; words for people are made in text/ and view/.';
const WHY_OUTSIDE = 'What comes from outside the simulation is handed in by the entry.';

const bannedGlobals = [
  ...['Date', 'performance', 'Temporal'].map((name) => ({ name, message: WHY_TIME })),
  ...['setTimeout', 'setInterval', 'setImmediate', 'requestAnimationFrame', 'requestIdleCallback'].map((name) => ({
    name,
    message: WHY_TIME,
  })),
  ...['Promise', 'queueMicrotask'].map((name) => ({ name, message: WHY_ASYNC })),
  { name: 'Intl', message: WHY_LOCALE },
  ...['WeakRef', 'FinalizationRegistry'].map((name) => ({
    name,
    message: 'The garbage collector decides when, and it is not part of the seed.',
  })),
  ...['crypto', 'fetch', 'process', 'window', 'self', 'document', 'navigator', 'localStorage', 'globalThis'].map(
    (name) => ({ name, message: WHY_OUTSIDE }),
  ),
];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name, so that one thing has one name everywhere.',
};

const bannedSyntax = [
  noDefaultExport,
  {
    selector: `MemberExpression[object.name="Math"]:not([property.name=/^(${EXACT_MATH.join('|')})$/])`,
    message: `Only Math.{${EXACT_MATH.join(', ')}} give the same result in every engine; randomness comes from a seeded stream.`,
  },
  {
    selector: 'VariableDeclarator[init.name="Math"]',
    message: 'Write Math.name where it is used, so that the check of Math sees it.',
  },
  {
    selector: ':matches(BinaryExpression[operator="**"], AssignmentExpression[operator="**="])',
    message: 'The ** operator is not rounded alike in every engine; multiply.',
  },
  {
    selector: ':matches(:function[async=true], AwaitExpression, ForOfStatement[await=true], ImportExpression)',
    message: WHY_ASYNC,
  },
  { selector: 'TSTypeReference[typeName.name=/^Promise(Like)?$/]', message: WHY_ASYNC },
  { selector: 'MemberExpression[property.name=/^(localeCompare|toLocale[A-Z]\\w*)$/]', message: WHY_LOCALE },
  {
    selector: 'ForInStatement',
    message: 'The order of for..in is not ours: iterate arrays and Maps, or Object.entries of a record we built.',
  },
  {
    selector: 'CallExpression[callee.property.name=/^(sort|toSorted)$/][arguments.length=0]',
    message: 'Sort with a total comparator over code units.',
  },
];

export default ts.config(
  { ignores: ['dist/', 'coverage/', '.cache/', '**/generated/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.cjs'] },
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-param-reassign': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `while (true)` with a return inside reads better than a flag.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // An empty arrow is a deliberate "nothing to do"; an empty catch stays forbidden by no-empty.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', noDefaultExport] } },
  {
    files: DETERMINISTIC.map((room) => `src/${room}/**/*.ts`),
    rules: {
      'no-restricted-globals': ['error', ...bannedGlobals],
      'no-restricted-syntax': ['error', ...bannedSyntax],
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
  { files: ['tests/tools/**', 'tests/bench/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js', '**/*.cjs'], extends: [ts.configs.disableTypeChecked] },
);

import { expect, test } from 'vitest';
import { loadLesson, unknownTerms } from '../../../src/lesson/index.ts';
import type { LessonFile } from '../../../src/lesson/model/index.ts';
import { readLesson } from '../../../src/entry/commands/lesson-files.ts';
import { lessonRoot } from '../../lessons/lesson-folders.ts';

const id = '30-where-is-the-ciphertext';
const files = readLesson(lessonRoot, id);

/** The lesson with one file's text changed; `undefined` leaves the file out. */
function problemsWith(path: string, change: (text: string) => string | undefined): readonly string[] {
  const edited = (files.some((file) => file.path === path) ? files : [...files, { path, text: '' }]).flatMap(
    (file): readonly LessonFile[] => {
      const text = file.path === path ? change(file.text) : file.text;
      return text === undefined ? [] : [{ path: file.path, text }];
    },
  );
  const { lesson, problems } = loadLesson(id, edited);
  expect(lesson === undefined).toBe(problems.length > 0);
  return problems.map(({ path: at, line, detail }) => `${at}:${line}: ${detail}`);
}

const replaced = (from: string, to: string) => (text: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

const lineOf = (path: string, part: string): number =>
  files
    .find((file) => file.path === path)!
    .text.split('\n')
    .findIndex((line) => line.includes(part)) + 1;

test('a lesson as it stands has no problems', () => {
  expect(problemsWith('lesson.yaml', (text) => text)).toEqual([]);
});

test.each([
  ['broken YAML', 'order: 302', 'order: [', /^lesson\.yaml:\d+: yaml-/],
  [
    'an unknown check',
    'check: peer-identity',
    'check: peer-ident',
    new RegExp(`^lesson\\.yaml:${lineOf('lesson.yaml', 'check: peer-identity')}: spec\\.properties\\.2\\.check: `),
  ],
  [
    'a wrong parameter of a check',
    'after: 4s',
    'after: soon',
    new RegExp(
      `^lesson\\.yaml:${lineOf('lesson.yaml', 'after: 4s')}: spec\\.properties\\.1\\.parameters\\.after: a duration`,
    ),
  ],
  ['an opening before everything', 'opens: 2500ms', 'opens: 0s', /spec\.opens: after t=0/],
  ['an opening after the proof', 'opens: 2500ms', 'opens: 7s', /spec\.opens: not after the end of the bound/],
  [
    'an unknown parameter of a measure',
    'measure: eavesdropper\n    parameters: {among',
    'measure: eavesdropper\n    parameters: {amongst',
    /spec\.measurements\.0\.parameters/,
  ],
  [
    'a property that is not there',
    'breaks: requests-succeed',
    'breaks: requests-work',
    new RegExp(
      `^lesson\\.yaml:${lineOf('lesson.yaml', 'breaks: requests-succeed')}: spec\\.nearMisses\\.2: there is no property requests-work$`,
    ),
  ],
  [
    'another name than the folder',
    `name: ${id}`,
    'name: other',
    /^lesson\.yaml:4: metadata\.name: is the folder’s name/,
  ],
  [
    'a property twice',
    '- id: caller-known',
    '- id: no-plaintext',
    /spec\.properties\.2: no-plaintext stands here a second time/,
  ],
  ['a marker the scenario lacks', 'name: three-taps', 'name: four-taps', /^scenario\.yaml:1: has no marker four-taps$/],
  [
    'a form that cannot make the solution',
    'options: [none, ambient, null]',
    'options: [none, ambient]',
    /^solution:1: no form can make the change of Deployment\/shop\/orders spec\.template\.metadata\.labels\.istio\.io\/dataplane-mode$/,
  ],
  [
    'an answer outside the allowed edits',
    '  - {object: PeerAuthentication/shop/*}\n',
    '',
    /^near-miss-1:1: is not allowed to change PeerAuthentication\/shop\/default$/,
  ],
])('%s in lesson.yaml is named with its place', (_, from, to, expected) => {
  expect(problemsWith('lesson.yaml', replaced(from, to))).toContainEqual(expect.stringMatching(expected));
});

test.each([
  ['a property without words', 'ja.md', '### unrestarted', '### other', 'ja.md:1: properties: unrestarted is missing'],
  [
    'words for nothing',
    'en.md',
    '### near-miss-4',
    '### near-miss-9',
    'en.md:1: near-misses: the lesson has no near-miss-9',
  ],
  [
    'a term that is explained in one language only',
    'ja.md',
    '[ztunnel](#ztunnel)',
    'ztunnel',
    'ja.md:1: links to no term ztunnel, as the other language does',
  ],
  ['a hint too few', 'ja.md', '### 3', '### 4', 'ja.md:1: hints: 3 is missing'],
  [
    'a table that is never shown',
    'en.md',
    /\{\{eavesdropper\}\}/g,
    '',
    'en.md:1: {{measurements}}: eavesdropper is missing',
  ],
  [
    'another right answer in Japanese',
    'ja.md',
    /- \[ \] (.*)\n([^]*?)- \[x\]/,
    '- [x] $1\n$2- [ ]',
    'ja.md:1: predict: the answers differ from en.md in number or in which is right',
  ],
  [
    'a symptom that only one language names',
    'ja.md',
    /- mTLS が有効.*\n/,
    '',
    `ja.md:${lineOf('ja.md', '- mTLS が有効')}: symptoms: they differ from en.md in number or in the steps they lead to`,
  ],
  ['another link to read', 'ja.md', /915\)：/, '916)：', 'ja.md:1: read: the links differ from those of en.md'],
] as const)('%s is a problem', (_, path, from, to, expected) => {
  expect(problemsWith(path, (text) => text.replace(from, to))).toContain(expected);
});

test.each([
  ['a missing language', 'ja.md', () => undefined, 'ja.md:1: is missing'],
  ['a missing scenario', 'scenario.yaml', () => undefined, 'scenario.yaml:1: is missing'],
  ['a mistake in a scenario', 'scenario.yaml', replaced('seed: 7', 'seed: seven'), /^scenario\.yaml:6: wrong-type/],
  [
    'a mistake in an answer',
    'alt-1/orders.yaml',
    replaced('replicas: 2', 'replicas: two'),
    /^alt-1\/orders\.yaml:24: /,
  ],
  ['an answer that is the start', 'alt-3/peer-authentication.yaml', () => undefined, undefined],
  [
    'a folder of no known name',
    'extra/web.yaml',
    () => '# nothing\n',
    'extra:1: is none of start, solution, alt-<n>, near-miss-<n>',
  ],
  [
    'a near miss that is not listed',
    'near-miss-5/web.yaml',
    () => '# nothing\n',
    'lesson.yaml:1: nearMisses lacks near-miss-5',
  ],
] as const)('%s is a problem', (_, path, change, expected) => {
  const problems = problemsWith(path, change);
  if (expected === undefined) expect(problems).toEqual([]);
  else if (typeof expected === 'string') expect(problems).toContain(expected);
  else expect(problems).toContainEqual(expect.stringMatching(expected));
});

test('a link to a term that the glossary does not have is named with its line', () => {
  expect(unknownTerms([{ path: 'en.md', text: 'A [mesh](#mesh)\nand a [mess](#mess).' }], new Set(['mesh']))).toEqual([
    { path: 'en.md', line: 2, column: 1, detail: 'the glossary has no term mess' },
  ]);
});

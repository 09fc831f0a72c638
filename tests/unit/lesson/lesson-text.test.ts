import { expect, test } from 'vitest';
import { linkedTerms, parseLessonText } from '../../../src/lesson/model/index.ts';

const whole = `# Title

Summary.

## question: Which?

Why \`ask\`?

## predict: Guess

Pick one.

- [ ] wrong
  because
- [x] right
  indeed,
  so it is

## run

Run.

## look

\`\`\`md
## not-a-part
\`\`\`

## change

Change.

## prove

Prove.

## explain

Explain.

## properties

### no-plaintext

Nothing is readable.

## hints

### 1

Look.

## solution

Since.

## symptoms

### look

- 503 after a rollout
- \`UC\` in the log

## read

- [A page](https://example.com/): why.
`;

const details = (markdown: string): readonly string[] =>
  parseLessonText('en.md', markdown).problems.map(({ line, detail }) => `${line}: ${detail}`);

test('a text is read part by part, and headings inside a fence are text', () => {
  const { text, problems } = parseLessonText('en.md', whole);
  expect(problems).toEqual([]);
  expect(text.title).toBe('Title');
  expect(text.summary).toBe('Summary.');
  expect(text.steps.question).toEqual({ title: 'Which?', body: 'Why `ask`?' });
  expect(text.steps.predict).toEqual({ title: 'Guess', body: 'Pick one.' });
  expect(text.steps.look.body).toBe('```md\n## not-a-part\n```');
  expect(text.options).toEqual([
    { text: 'wrong', isRight: false, reply: 'because' },
    { text: 'right', isRight: true, reply: 'indeed, so it is' },
  ]);
  expect([...text.properties]).toEqual([['no-plaintext', 'Nothing is readable.']]);
  expect([...text.hints]).toEqual([['1', 'Look.']]);
  expect(text.solution).toBe('Since.');
  expect(text.symptoms.map(({ step, text: seen, line }) => `${line} ${step}: ${seen}`)).toEqual([
    '61 look: 503 after a rollout',
    '62 look: `UC` in the log',
  ]);
  expect(text.read).toBe('- [A page](https://example.com/): why.');
});

test.each([
  ['no title', whole.replace('# Title', ''), '1: the first line is the title: # Title'],
  ['no summary', whole.replace('Summary.', ''), '1: a sentence or two of summary follow the title'],
  ['an unknown part', whole.replace('## solution', '## solutions'), '53: no such part: solutions'],
  ['a part twice', `${whole}\n## run\n\nAgain.\n`, '68: the part run stands here a second time'],
  [
    'steps out of order',
    whole.replace('## run', '## x').replace('## prove', '## run').replace('## x', '## prove'),
    '1: the steps are, in this order: question, predict, run, look, change, prove, explain',
  ],
  ['an empty step', whole.replace('Prove.', ''), '33: the step prove says nothing'],
  ['an empty piece', whole.replace('Look.', ''), '49: 1 says nothing'],
  ['no right answer', whole.replace('[x]', '[ ]'), '9: exactly one answer is right: - [x] answer'],
  [
    'an answer without a reply',
    whole.replace('  because\n', ''),
    '9: the answer “wrong” has no reply, indented below it',
  ],
  ['no reason for the solution', whole.replace('Since.', ''), '53: the part solution says why the solution is right'],
  [
    'a symptom that leads nowhere',
    whole.replace('### look', '### luck'),
    '59: symptoms lead to a step, and there is no step luck',
  ],
  ['a symptom that is no item', whole.replace('- `UC`', '`UC`'), '62: a symptom is one line: - what somebody sees'],
  [
    'a step without its symptoms',
    whole.replace('- 503 after a rollout\n- `UC` in the log\n', ''),
    '59: look names no symptom',
  ],
])('%s is a problem at its line', (_, markdown, expected) => {
  expect(details(markdown)).toContain(expected);
});

test('the terms that a text links to are found with their lines', () => {
  expect(linkedTerms('A [mesh](#mesh), [x](https://y/#z),\n`[x]`, [two words](#two-words).')).toEqual([
    { term: 'mesh', line: 1 },
    { term: 'two-words', line: 2 },
  ]);
});

test('text of any form is read without an exception', () => {
  for (const markdown of ['', '##', '### x', '```', '- [x]', '## predict\n- [x] ', '\r\n# a\r\n']) {
    expect(details(markdown).length).toBeGreaterThan(0);
  }
});

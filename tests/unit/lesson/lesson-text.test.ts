import { expect, test } from 'vitest';
import { parseLessonText } from '../../../src/lesson/model/index.ts';

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
});

test.each([
  ['no title', whole.replace('# Title', ''), '1: the first line is the title: # Title'],
  ['no summary', whole.replace('Summary.', ''), '1: a sentence or two of summary follow the title'],
  ['an unknown part', whole.replace('## solution', '## solutions'), '53: no such part: solutions'],
  ['a part twice', `${whole}\n## run\n\nAgain.\n`, '57: the part run stands here a second time'],
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
])('%s is a problem at its line', (_, markdown, expected) => {
  expect(details(markdown)).toContain(expected);
});

test('text of any form is read without an exception', () => {
  for (const markdown of ['', '##', '### x', '```', '- [x]', '## predict\n- [x] ', '\r\n# a\r\n']) {
    expect(details(markdown).length).toBeGreaterThan(0);
  }
});

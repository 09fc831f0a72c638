// A lesson's words in one language: a Markdown file whose headings are ids, so that both languages can be held against each other.
// `## id` or `## id: Title` begins a part, `### id` a piece of it. Bodies stay Markdown; this file only finds out what belongs where.
import type { LessonProblem, StepId } from './steps.ts';
import { stepIds } from './steps.ts';

export interface StepText {
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

/** An answer to the predict question. */
export interface PredictOption {
  readonly text: string;
  readonly isRight: boolean;
  /** What to say to somebody who chose it. */
  readonly reply: string;
}

export interface LessonText {
  readonly title: string;
  /** What stands before the first part. */
  readonly summary: string;
  readonly steps: Readonly<Record<StepId, StepText>>;
  readonly options: readonly PredictOption[];
  /** By property id: what has to hold, in one line. */
  readonly properties: ReadonlyMap<string, string>;
  /** By form id: its label. */
  readonly forms: ReadonlyMap<string, string>;
  /** By level, `1` to `3`. */
  readonly hints: ReadonlyMap<string, string>;
  /** Why the solution is right. */
  readonly solution: string;
  /** By folder: why it is wrong. */
  readonly nearMisses: ReadonlyMap<string, string>;
  /** By marker: what a speaker says there. */
  readonly notes: ReadonlyMap<string, string>;
  /** What brings somebody here from the outside, for the index; empty if the lesson names none. */
  readonly symptoms: readonly Symptom[];
  /** Markdown: what to read upstream, shown after the explanation; empty if the lesson names nothing. */
  readonly read: string;
}

/** Something that people see before they know its cause, and the step of the lesson that shows where it comes from. */
export interface Symptom {
  readonly step: StepId;
  /** Markdown within a line. */
  readonly text: string;
  /** 1-based, in its file. */
  readonly line: number;
}

/** Parts with pieces, and where their pieces go. */
const listParts = ['properties', 'forms', 'hints', 'near-misses', 'notes'] as const;
/** Parts that a lesson may lack; both languages have them, or neither. */
const optionalParts = ['symptoms', 'read'] as const;
type ListPart = (typeof listParts)[number];

interface Piece {
  readonly id: string;
  readonly title: string;
  readonly line: number;
  readonly lines: string[];
}

interface Part extends Piece {
  readonly pieces: Piece[];
}

export interface ParsedText {
  readonly text: LessonText;
  readonly problems: readonly LessonProblem[];
}

/** The terms of the glossary that a text links to, `[words](#term)`, each with its line; whether there are such terms is asked elsewhere. */
export function linkedTerms(markdown: string): readonly { readonly term: string; readonly line: number }[] {
  return markdown
    .split(/\r?\n/)
    .flatMap((text, index) =>
      [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, term = '']) => ({ term, line: index + 1 })),
    );
}

/** Reads one language of a lesson. Always yields a text; whatever is missing is empty and among the problems. */
export function parseLessonText(path: string, markdown: string): ParsedText {
  const problems: LessonProblem[] = [];
  const complain = (line: number, detail: string): void => {
    problems.push({ path, line, column: 1, detail });
  };
  const { head, parts } = partsOf(markdown);
  const title =
    head
      .find((line) => line.startsWith('# '))
      ?.slice(2)
      .trim() ?? '';
  const summary = bodyOf(head.filter((line) => !line.startsWith('# ')));
  if (title === '') complain(1, 'the first line is the title: # Title');
  if (summary === '') complain(1, 'a sentence or two of summary follow the title');

  const known = new Map<string, Part>();
  for (const part of parts) {
    if (![...stepIds, ...listParts, ...optionalParts, 'solution'].includes(part.id))
      complain(part.line, `no such part: ${part.id}`);
    if (known.has(part.id)) complain(part.line, `the part ${part.id} stands here a second time`);
    known.set(part.id, part);
  }
  const order = parts.map((part) => part.id).filter((id) => stepIds.some((step) => step === id));
  if (order.join() !== stepIds.join()) complain(1, `the steps are, in this order: ${stepIds.join(', ')}`);

  const step = (id: StepId): StepText => {
    const part = known.get(id);
    if (part === undefined) return { title: '', body: '' };
    const body = bodyOf(id === 'predict' ? part.lines.slice(0, firstOption(part)) : part.lines);
    if (body === '') complain(part.line, `the step ${id} says nothing`);
    return { title: part.title, body };
  };
  const list = (id: ListPart): ReadonlyMap<string, string> => piecesOf(known.get(id), complain);
  const predict = known.get('predict');
  const options = predict === undefined ? [] : optionsOf(predict, complain);
  if (options.length < 2) complain(predict?.line ?? 1, 'predict offers at least two answers: - [ ] answer');
  if (options.filter((option) => option.isRight).length !== 1) {
    complain(predict?.line ?? 1, 'exactly one answer is right: - [x] answer');
  }
  const solution = bodyOf(known.get('solution')?.lines ?? []);
  if (solution === '') complain(known.get('solution')?.line ?? 1, 'the part solution says why the solution is right');

  const text: LessonText = {
    title,
    summary,
    steps: {
      question: step('question'),
      predict: step('predict'),
      run: step('run'),
      look: step('look'),
      change: step('change'),
      prove: step('prove'),
      explain: step('explain'),
    },
    options,
    properties: list('properties'),
    forms: list('forms'),
    hints: list('hints'),
    solution,
    nearMisses: list('near-misses'),
    notes: list('notes'),
    symptoms: symptomsOf(known.get('symptoms'), complain),
    read: bodyOf(known.get('read')?.lines ?? []),
  };
  return { text, problems };
}

/** Cuts a file at its headings; what looks like one inside a fence is text. */
function partsOf(markdown: string): { readonly head: readonly string[]; readonly parts: readonly Part[] } {
  const head: string[] = [];
  const parts: Part[] = [];
  let lines = head;
  let isFenced = false;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    if (line.startsWith('```')) isFenced = !isFenced;
    const heading = isFenced ? null : /^(##|###) (\S+?)(?:: (.*))?\s*$/.exec(line);
    const [, marks, id = '', title = ''] = heading ?? [];
    const current = parts.at(-1);
    if (marks === '##') {
      lines = [];
      parts.push({ id, title, line: index + 1, lines, pieces: [] });
    } else if (marks === '###' && current !== undefined) {
      lines = [];
      current.pieces.push({ id, title, line: index + 1, lines });
    } else lines.push(line);
  }
  return { head, parts };
}

function bodyOf(lines: readonly string[]): string {
  return lines.join('\n').trim();
}

function piecesOf(
  part: Part | undefined,
  complain: (line: number, detail: string) => void,
): ReadonlyMap<string, string> {
  const pieces = new Map<string, string>();
  for (const piece of part?.pieces ?? []) {
    const body = bodyOf(piece.lines);
    if (body === '') complain(piece.line, `${piece.id} says nothing`);
    if (pieces.has(piece.id)) complain(piece.line, `${piece.id} stands here a second time`);
    pieces.set(piece.id, body);
  }
  return pieces;
}

/** `### step`, then one symptom a line: `- what somebody sees`. */
function symptomsOf(part: Part | undefined, complain: (line: number, detail: string) => void): readonly Symptom[] {
  return (part?.pieces ?? []).flatMap((piece) => {
    const step = stepIds.find((id) => id === piece.id);
    if (step === undefined) complain(piece.line, `symptoms lead to a step, and there is no step ${piece.id}`);
    const found = piece.lines.flatMap((line, index) => {
      const [, text] = /^- (.+)$/.exec(line) ?? [];
      if (text === undefined && line.trim() !== '')
        complain(piece.line + index + 1, 'a symptom is one line: - what somebody sees');
      return text === undefined || step === undefined ? [] : [{ step, text, line: piece.line + index + 1 }];
    });
    if (found.length === 0 && step !== undefined) complain(piece.line, `${piece.id} names no symptom`);
    return found;
  });
}

const optionLine = /^- \[([ x])\] (.+)$/;

function firstOption(part: Part): number {
  const index = part.lines.findIndex((line) => optionLine.test(line));
  return index < 0 ? part.lines.length : index;
}

/** `- [x] answer`, its reply indented below. */
function optionsOf(part: Part, complain: (line: number, detail: string) => void): readonly PredictOption[] {
  const options: PredictOption[] = [];
  const lines = part.lines.slice(firstOption(part));
  for (const [index, line] of lines.entries()) {
    const [, mark, text] = optionLine.exec(line) ?? [];
    if (text === undefined) continue;
    const end = lines.findIndex((other, at) => at > index && optionLine.test(other));
    const reply = lines
      .slice(index + 1, end < 0 ? lines.length : end)
      .map((replyLine) => replyLine.trim())
      .join(' ')
      .trim();
    if (reply === '') complain(part.line, `the answer “${text}” has no reply, indented below it`);
    options.push({ text, isRight: mark === 'x', reply });
  }
  return options;
}

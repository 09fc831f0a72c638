// Regular expressions of routes. Envoy's are RE2: they match the whole text, in linear time. Expressions come from manifests that
// anybody may paste, so they are matched here by a set of states that advances with the text, never by backtracking.
// Left out of RE2's syntax: named classes beyond ASCII (\p{...} matches by a few properties only), flags other than i and s.
import { parseRegex } from './regex-syntax.ts';
import type { RegexNode } from './regex-syntax.ts';

/** One instruction: consume a character, branch, assert a place, or accept. */
type Instruction =
  | { readonly kind: 'char'; readonly test: (code: number) => boolean }
  | { readonly kind: 'split'; readonly to: readonly number[] }
  | { readonly kind: 'assert'; readonly at: 'start' | 'end' | 'boundary' | 'inside' }
  | { readonly kind: 'accept' };

/** Longest programs: counted repetitions multiply. */
const INSTRUCTIONS_MAX = 20_000;
const programs = new Map<string, readonly Instruction[] | undefined>();

/** Whether all of `text` matches. An expression that cannot be compiled matches nothing: it should not have passed validation. */
export function fullMatch(expression: string, text: string): boolean {
  let program = programs.get(expression);
  if (program === undefined && !programs.has(expression)) programs.set(expression, (program = compile(expression)));
  return program !== undefined && run(program, text);
}

function compile(expression: string): readonly Instruction[] | undefined {
  const tree = parseRegex(expression);
  if (tree === undefined) return undefined;
  const program: Instruction[] = [];
  if (!emit(program, tree)) return undefined;
  program.push({ kind: 'accept' });
  return program;
}

/** Appends a node's instructions; false when the program gets too long. */
function emit(program: Instruction[], node: RegexNode): boolean {
  if (program.length > INSTRUCTIONS_MAX) return false;
  switch (node.kind) {
    case 'empty':
      return true;
    case 'char':
      program.push({ kind: 'char', test: node.test });
      return true;
    case 'assert':
      program.push({ kind: 'assert', at: node.at });
      return true;
    case 'sequence':
      return node.parts.every((part) => emit(program, part));
    case 'choice':
      return emitChoice(program, node.options);
    case 'repeat':
      return emitRepeat(program, node);
  }
}

function emitChoice(program: Instruction[], options: readonly RegexNode[]): boolean {
  const split = program.length;
  const starts: number[] = [];
  const ends: number[] = [];
  program.push({ kind: 'split', to: starts });
  for (const option of options) {
    starts.push(program.length);
    if (!emit(program, option)) return false;
    ends.push(program.length);
    program.push({ kind: 'split', to: [] });
  }
  for (const end of ends) program[end] = { kind: 'split', to: [program.length] };
  program[split] = { kind: 'split', to: starts };
  return true;
}

function emitRepeat(program: Instruction[], node: Extract<RegexNode, { kind: 'repeat' }>): boolean {
  for (let count = 0; count < node.min; count += 1) if (!emit(program, node.of)) return false;
  if (node.max === undefined) {
    const split = program.length;
    program.push({ kind: 'split', to: [] });
    if (!emit(program, node.of)) return false;
    program.push({ kind: 'split', to: [split] });
    program[split] = { kind: 'split', to: [split + 1, program.length] };
    return true;
  }
  const splits: number[] = [];
  for (let count = node.min; count < node.max; count += 1) {
    splits.push(program.length);
    program.push({ kind: 'split', to: [] });
    if (!emit(program, node.of)) return false;
  }
  for (const split of splits) program[split] = { kind: 'split', to: [split + 1, program.length] };
  return true;
}

function run(program: readonly Instruction[], text: string): boolean {
  let states = new Set<number>();
  const add = (into: Set<number>, first: number, at: number): void => {
    const open = [first];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (into.has(state)) continue;
      into.add(state);
      const instruction = program[state];
      if (instruction?.kind === 'split') open.push(...instruction.to);
      else if (instruction?.kind === 'assert' && holds(instruction.at, text, at)) open.push(state + 1);
    }
  };
  add(states, 0, 0);
  let at = 0;
  for (const character of text) {
    const next = new Set<number>();
    const code = character.codePointAt(0) ?? 0;
    at += character.length;
    for (const state of states) {
      const instruction = program[state];
      if (instruction?.kind === 'char' && instruction.test(code)) add(next, state + 1, at);
    }
    if (next.size === 0) return false;
    states = next;
  }
  return states.has(program.length - 1);
}

function holds(place: 'start' | 'end' | 'boundary' | 'inside', text: string, at: number): boolean {
  switch (place) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'boundary':
      return isWordAt(text, at - 1) !== isWordAt(text, at);
    case 'inside':
      return isWordAt(text, at - 1) === isWordAt(text, at);
  }
}

function isWordAt(text: string, at: number): boolean {
  return /^\w$/.test(text.charAt(at));
}

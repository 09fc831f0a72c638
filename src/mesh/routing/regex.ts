// Regular expressions of routes. Envoy's are RE2: they match the whole text, in linear time. Expressions come from manifests that
// anybody may paste, so they are matched here by a set of states that advances with the text, never by backtracking.
// Left out of RE2's syntax: named classes beyond ASCII (\p{...} matches by a few properties only), flags other than i and s.
import { parseRegex } from './regex-syntax.ts';
import type { RegexNode } from './regex-syntax.ts';

/** One instruction: consume a character, branch (the first way is preferred), assert a place, note a place, or accept. */
type Instruction =
  | { readonly kind: 'char'; readonly test: (code: number) => boolean }
  | { readonly kind: 'split'; readonly to: readonly number[] }
  | { readonly kind: 'assert'; readonly at: 'start' | 'end' | 'boundary' | 'inside' }
  | { readonly kind: 'note'; readonly slot: number }
  | { readonly kind: 'accept' };

/** Longest programs: counted repetitions multiply. */
const INSTRUCTIONS_MAX = 20_000;
const programs = new Map<string, readonly Instruction[] | undefined>();

/** Whether all of `text` matches. An expression that cannot be compiled matches nothing: it should not have passed validation. */
export function fullMatch(expression: string, text: string): boolean {
  const program = programOf(expression);
  return program !== undefined && run(program, text);
}

/** Every match replaced; `\1` to `\9` stand for groups, `\0` for the match. An expression that cannot be compiled changes nothing. */
export function replaceMatches(expression: string, text: string, substitution: string): string {
  const program = programOf(expression);
  if (program === undefined) return text;
  let result = '';
  let at = 0;
  let lastEnd = -1;
  while (at <= text.length) {
    const places = firstMatch(program, text, at);
    if (places === undefined) break;
    const [start = 0, end = 0] = places;
    result += text.slice(at, start);
    if (start === end && end === lastEnd) {
      result += text.slice(end, end + 1); // nothing, right behind the last match, is no match
      at = end + 1;
      continue;
    }
    result += substitution.replace(/\\([0-9\\])/g, (_, sign: string) =>
      sign === '\\' ? sign : text.slice(places[2 * Number(sign)] ?? 0, places[2 * Number(sign) + 1] ?? 0),
    );
    at = lastEnd = end;
  }
  return result + text.slice(at);
}

function programOf(expression: string): readonly Instruction[] | undefined {
  let program = programs.get(expression);
  if (program === undefined && !programs.has(expression)) programs.set(expression, (program = compile(expression)));
  return program;
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
    case 'group': {
      program.push({ kind: 'note', slot: 2 * node.index });
      if (!emit(program, node.of)) return false;
      program.push({ kind: 'note', slot: 2 * node.index + 1 });
      return true;
    }
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
    program[split] = preferring(split + 1, program.length, node.isLazy);
    return true;
  }
  const splits: number[] = [];
  for (let count = node.min; count < node.max; count += 1) {
    splits.push(program.length);
    program.push({ kind: 'split', to: [] });
    if (!emit(program, node.of)) return false;
  }
  for (const split of splits) program[split] = preferring(split + 1, program.length, node.isLazy);
  return true;
}

function preferring(again: number, on: number, isLazy: boolean): Instruction {
  return { kind: 'split', to: isLazy ? [on, again] : [again, on] };
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
      else if (instruction?.kind === 'note') open.push(state + 1);
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

type Places = readonly (number | undefined)[];

/** The leftmost match from a place on, of several there the preferred one: where it and its groups begin and end. */
function firstMatch(program: readonly Instruction[], text: string, from: number): Places | undefined {
  let threads = new Map<number, Places>();
  let best: Places | undefined;
  for (let at = from; ;) {
    if (best === undefined) follow(program, threads, { state: 0, places: [at], text, at });
    const next = new Map<number, Places>();
    const code = text.codePointAt(at);
    const width = code === undefined ? 1 : String.fromCodePoint(code).length;
    for (const [state, places] of threads) {
      const instruction = program[state];
      if (instruction?.kind === 'accept') {
        best = [places[0], at, ...places.slice(2)];
        break; // what is left is less preferred
      }
      if (instruction?.kind === 'char' && code !== undefined && instruction.test(code))
        follow(program, next, { state: state + 1, places, text, at: at + width });
    }
    at += width;
    if (at > text.length || (next.size === 0 && best !== undefined)) return best;
    threads = next;
  }
}

interface Thread {
  readonly state: number;
  readonly places: Places;
  readonly text: string;
  readonly at: number;
}

/** Adds the states that a thread reaches without a character, in order of preference. */
function follow(program: readonly Instruction[], into: Map<number, Places>, { state, places, text, at }: Thread): void {
  const open: { readonly state: number; readonly places: Places }[] = [{ state, places }];
  const seen = new Set<number>(into.keys());
  for (let thread = open.pop(); thread !== undefined; thread = open.pop()) {
    if (seen.has(thread.state)) continue;
    seen.add(thread.state);
    const instruction = program[thread.state];
    const { places } = thread;
    if (instruction?.kind === 'split') for (const to of [...instruction.to].reverse()) open.push({ state: to, places });
    else if (instruction?.kind === 'note') {
      const noted = Array.from({ length: Math.max(places.length, instruction.slot + 1) }, (_, slot) => places[slot]);
      noted[instruction.slot] = at;
      open.push({ state: thread.state + 1, places: noted });
    } else if (instruction?.kind === 'assert') {
      if (holds(instruction.at, text, at)) open.push({ state: thread.state + 1, places });
    } else into.set(thread.state, places);
  }
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

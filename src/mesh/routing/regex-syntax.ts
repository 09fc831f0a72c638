// The syntax of RE2 as a tree.
// Source: google/re2:doc/syntax.txt.

export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'char'; readonly test: (code: number) => boolean }
  | { readonly kind: 'assert'; readonly at: 'start' | 'end' | 'boundary' | 'inside' }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  /** Captures, by the place of its opening bracket, from 1. */
  | { readonly kind: 'group'; readonly index: number; readonly of: RegexNode }
  | {
      readonly kind: 'repeat';
      readonly of: RegexNode;
      readonly min: number;
      readonly max: number | undefined;
      /** Prefers the fewest. */
      readonly isLazy: boolean;
    };

type Test = (code: number) => boolean;

/** The tree of an expression; undefined if it is not one. */
export function parseRegex(expression: string): RegexNode | undefined {
  const reader = new Reader(Array.from(expression));
  const node = choice(reader, { ignoreCase: false, dotAll: false });
  return node === undefined || !reader.isAtEnd ? undefined : node;
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

class Reader {
  readonly #characters: readonly string[];
  #at = 0;
  #groups = 0;

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }
  get isAtEnd(): boolean {
    return this.#at >= this.#characters.length;
  }
  /** Numbers a capturing group. */
  openGroup(): number {
    this.#groups += 1;
    return this.#groups;
  }
  get next(): string | undefined {
    return this.#characters[this.#at];
  }
  take(): string | undefined {
    const character = this.#characters[this.#at];
    this.#at += 1;
    return character;
  }
  /** Takes a text if it is next. */
  skip(text: string): boolean {
    if (
      !this.#characters
        .slice(this.#at, this.#at + text.length)
        .join('')
        .startsWith(text)
    )
      return false;
    this.#at += text.length;
    return true;
  }
  /** Takes characters while they match. */
  takeWhile(pattern: RegExp): string {
    let text = '';
    for (let character = this.next; character !== undefined && pattern.test(character); character = this.next) {
      text += character;
      this.#at += 1;
    }
    return text;
  }
  get place(): number {
    return this.#at;
  }
  set place(at: number) {
    this.#at = at;
  }
}

function choice(reader: Reader, flags: Flags): RegexNode | undefined {
  const options: RegexNode[] = [];
  let current = flags;
  do {
    const option = sequence(reader, current);
    if (option === undefined) return undefined;
    options.push(option.node);
    current = option.flags;
  } while (reader.skip('|'));
  const [first] = options;
  return options.length === 1 ? first : { kind: 'choice', options };
}

function sequence(reader: Reader, initial: Flags): { readonly node: RegexNode; readonly flags: Flags } | undefined {
  const parts: RegexNode[] = [];
  let flags = initial;
  while (!reader.isAtEnd && reader.next !== '|' && reader.next !== ')') {
    const changed = flagChange(reader, flags);
    if (changed !== undefined) {
      flags = changed;
      continue;
    }
    const atom = readAtom(reader, flags);
    const part = atom === undefined ? undefined : repeated(reader, atom);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return { node: parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', parts }, flags };
}

/** `(?i)`: flags from here to the end of the group. */
function flagChange(reader: Reader, flags: Flags): Flags | undefined {
  const start = reader.place;
  if (reader.skip('(?')) {
    const letters = reader.takeWhile(/[a-zA-Z-]/);
    if (letters !== '' && reader.skip(')')) return withFlags(flags, letters);
  }
  reader.place = start;
  return undefined;
}

function withFlags(flags: Flags, letters: string): Flags {
  const [on = '', off = ''] = letters.split('-');
  const flag = (letter: string, before: boolean): boolean =>
    off.includes(letter) ? false : on.includes(letter) || before;
  return { ignoreCase: flag('i', flags.ignoreCase), dotAll: flag('s', flags.dotAll) };
}

function repeated(reader: Reader, atom: RegexNode): RegexNode | undefined {
  const bounds = boundsOf(reader);
  if (bounds === undefined) return atom;
  const isLazy = reader.skip('?');
  const isRepeatedAgain = boundsOf(reader) !== undefined;
  if (isRepeatedAgain || (bounds.max !== undefined && bounds.max < bounds.min)) return undefined;
  return { kind: 'repeat', of: atom, ...bounds, isLazy };
}

function boundsOf(reader: Reader): { readonly min: number; readonly max: number | undefined } | undefined {
  if (reader.skip('*')) return { min: 0, max: undefined };
  if (reader.skip('+')) return { min: 1, max: undefined };
  if (reader.skip('?')) return { min: 0, max: 1 };
  const start = reader.place;
  if (reader.skip('{')) {
    const min = reader.takeWhile(/\d/);
    const comma = reader.skip(',');
    const max = comma ? reader.takeWhile(/\d/) : min;
    if (min !== '' && reader.skip('}')) return { min: Number(min), max: max === '' ? undefined : Number(max) };
  }
  reader.place = start; // a brace that counts nothing is itself
  return undefined;
}

function readAtom(reader: Reader, flags: Flags): RegexNode | undefined {
  if (reader.skip('(')) return group(reader, flags);
  if (reader.skip('[')) return classOf(reader, flags);
  if (reader.skip('\\')) return escaped(reader, flags);
  const character = reader.take();
  switch (character) {
    case undefined:
    case '*':
    case '+':
    case '?':
      return undefined;
    case '.':
      return { kind: 'char', test: flags.dotAll ? () => true : (code) => code !== 10 };
    case '^':
      return { kind: 'assert', at: 'start' };
    case '$':
      return { kind: 'assert', at: 'end' };
    default:
      return literal(character, flags);
  }
}

function group(reader: Reader, flags: Flags): RegexNode | undefined {
  let inner = flags;
  let captures = true;
  if (reader.skip('?')) {
    if (reader.skip('P<') || reader.skip('<')) {
      if (reader.takeWhile(/\w/) === '' || !reader.skip('>')) return undefined;
    } else {
      captures = false;
      inner = withFlags(flags, reader.takeWhile(/[a-zA-Z-]/));
      if (!reader.skip(':')) return undefined;
    }
  }
  const index = captures ? reader.openGroup() : 0;
  const node = choice(reader, inner);
  if (node === undefined || !reader.skip(')')) return undefined;
  return captures ? { kind: 'group', index, of: node } : node;
}

function literal(character: string, flags: Flags): RegexNode {
  const code = character.codePointAt(0) ?? 0;
  if (!flags.ignoreCase) return { kind: 'char', test: (other) => other === code };
  const lower = character.toLowerCase();
  return { kind: 'char', test: (other) => String.fromCodePoint(other).toLowerCase() === lower };
}

const isDigit: Test = (code) => code >= 48 && code <= 57;
const isSpace: Test = (code) => code === 32 || (code >= 9 && code <= 13 && code !== 11);
const isUpper: Test = (code) => code >= 65 && code <= 90;
const isLower: Test = (code) => code >= 97 && code <= 122;
const isAlpha: Test = (code) => isUpper(code) || isLower(code);
const isWord: Test = (code) => isDigit(code) || isAlpha(code) || code === 95;
const not =
  (test: Test): Test =>
  (code) =>
    !test(code);

const named: Readonly<Record<string, Test>> = {
  alnum: (code) => isDigit(code) || isAlpha(code),
  alpha: isAlpha,
  ascii: (code) => code < 128,
  blank: (code) => code === 9 || code === 32,
  cntrl: (code) => code < 32 || code === 127,
  digit: isDigit,
  graph: (code) => code > 32 && code < 127,
  lower: isLower,
  print: (code) => code >= 32 && code < 127,
  punct: (code) => code > 32 && code < 127 && !isDigit(code) && !isAlpha(code),
  space: (code) => isSpace(code) || code === 11,
  upper: isUpper,
  word: isWord,
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
};

const perlClasses: Readonly<Record<string, Test>> = {
  d: isDigit,
  D: not(isDigit),
  s: isSpace,
  S: not(isSpace),
  w: isWord,
  W: not(isWord),
};
const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

function escaped(reader: Reader, flags: Flags): RegexNode | undefined {
  if (reader.skip('Q')) return quoted(reader, flags);
  if (reader.skip('A')) return { kind: 'assert', at: 'start' };
  if (reader.skip('z')) return { kind: 'assert', at: 'end' };
  if (reader.skip('b')) return { kind: 'assert', at: 'boundary' };
  if (reader.skip('B')) return { kind: 'assert', at: 'inside' };
  const test = escapedTest(reader);
  if (typeof test === 'number') return literal(String.fromCodePoint(test), flags);
  return test === undefined ? undefined : { kind: 'char', test };
}

function quoted(reader: Reader, flags: Flags): RegexNode {
  const parts: RegexNode[] = [];
  while (!reader.isAtEnd && !reader.skip('\\E')) parts.push(literal(reader.take() ?? '', flags));
  return { kind: 'sequence', parts };
}

/** What an escape stands for: one character by its code, or a class; undefined if it stands for nothing. */
function escapedTest(reader: Reader): Test | number | undefined {
  const character = reader.take();
  if (character === undefined) return undefined;
  if (Object.hasOwn(perlClasses, character)) return perlClasses[character];
  if (Object.hasOwn(controls, character)) return controls[character];
  if (character === 'x') return hexadecimal(reader);
  if (character === 'p' || character === 'P') return property(reader, character === 'P');
  return /[A-Za-z0-9]/.test(character) ? undefined : character.codePointAt(0);
}

function hexadecimal(reader: Reader): number | undefined {
  if (reader.skip('{')) {
    const digits = reader.takeWhile(/[0-9a-fA-F]/);
    const code = parseInt(digits, 16);
    return digits !== '' && code <= 0x10ffff && reader.skip('}') ? code : undefined;
  }
  const digits = `${reader.take() ?? ''}${reader.take() ?? ''}`;
  return /^[0-9a-fA-F]{2}$/.test(digits) ? parseInt(digits, 16) : undefined;
}

/** General categories and scripts, as far as the engine's own tables know them. */
function property(reader: Reader, isNegated: boolean): Test | undefined {
  const inverted = reader.skip('{') ? reader.skip('^') : undefined;
  const name = inverted === undefined ? (reader.take() ?? '') : reader.takeWhile(/[A-Za-z_]/);
  if (inverted !== undefined && !reader.skip('}')) return undefined;
  const pattern = propertyPattern(name);
  if (pattern === undefined) return undefined;
  const test: Test = (code) => pattern.test(String.fromCodePoint(code));
  return (inverted ?? false) !== isNegated ? not(test) : test;
}

function propertyPattern(name: string): RegExp | undefined {
  for (const form of [name, `Script=${name}`]) {
    try {
      return new RegExp(`^\\p{${form}}$`, 'u');
    } catch {
      continue; // not a property of this form: the next one may be
    }
  }
  return undefined;
}

function classOf(reader: Reader, flags: Flags): RegexNode | undefined {
  const isNegated = reader.skip('^');
  const tests: Test[] = [];
  for (let isFirst = true; isFirst || reader.next !== ']'; isFirst = false) {
    if (reader.isAtEnd) return undefined;
    const test = classItem(reader);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  reader.skip(']');
  const any: Test = (code) => tests.some((test) => test(code));
  const folded: Test = flags.ignoreCase ? (code) => caseVariants(code).some(any) : any;
  return { kind: 'char', test: isNegated ? not(folded) : folded };
}

function caseVariants(code: number): readonly number[] {
  const character = String.fromCodePoint(code);
  return [code, character.toLowerCase().codePointAt(0) ?? code, character.toUpperCase().codePointAt(0) ?? code];
}

/** One character, a range, an escape or `[:name:]`. */
function classItem(reader: Reader): Test | undefined {
  if (reader.skip('[:')) {
    const isNegated = reader.skip('^');
    const test = named[reader.takeWhile(/[a-z]/)];
    if (test === undefined || !reader.skip(':]')) return undefined;
    return isNegated ? not(test) : test;
  }
  const first = classCharacter(reader);
  if (first === undefined || typeof first === 'function') return first;
  const dash = reader.place;
  if (reader.skip('-') && reader.next !== ']' && !reader.isAtEnd) {
    const last = classCharacter(reader);
    if (typeof last !== 'number' || last < first) return undefined;
    return (code) => code >= first && code <= last;
  }
  reader.place = dash;
  return (code) => code === first;
}

function classCharacter(reader: Reader): Test | number | undefined {
  return reader.skip('\\') ? escapedTest(reader) : reader.take()?.codePointAt(0);
}

// How deep the collections of a YAML text stand inside one another and about how many values it has, found by one pass over the
// characters and without recursion. The parser recurses and takes microseconds for each value, so this is asked before it.
// The depth is an upper bound for YAML without errors, at most a few levels above the truth: a scalar counts as a level, and so
// does every `: ` of a line.

export interface TextMeasure {
  /** The first place nested deeper than the limit, where measuring stopped; undefined when there is none. */
  readonly deepAt: number | undefined;
  /** Keys, items, scalars, anchors and tags, roughly: what makes the parser work. */
  readonly values: number;
}

/** Linear in the text; stops at `depthLimit`. */
export function measureText(text: string, depthLimit: number): TextMeasure {
  return new Meter(text, depthLimit).measure();
}

const tab = 9;
const carriageReturn = 13;
const space = 32;
const exclamation = 33;
const doubleQuote = 34;
const hash = 35;
const ampersand = 38;
const singleQuote = 39;
const comma = 44;
const dash = 45;
const colon = 58;
const greater = 62;
const question = 63;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const pipe = 124;
const closeBrace = 125;

/** Characters that may follow a backslash in a double-quoted text: YAML 1.2, 5.7. */
const escapes = '0abt\tnvfre "/\\N_LPxuU\r';
const blockScalarHeader = /^[|>][-+0-9]*[ \t\r]*(?:$|[ \t]#)/;

class Meter {
  readonly #text: string;
  readonly #depthLimit: number;
  #values = 0;
  #deepAt: number | undefined;

  /** Columns of the open block collections; a sequence may share its column with the mapping that holds it. */
  readonly #columns: number[] = [];
  readonly #isSequence: boolean[] = [];
  /**
   * One entry for each open bracket or brace: the colons of its open entry. `a: b:` inside brackets nests too, as long as
   * no comma ends the entry.
   */
  readonly #flowColons: number[] = [];
  /** Where the counting of each begins: the first colon between braces adds no level to that of the braces. */
  readonly #flowBases: number[] = [];
  #flowColonsSum = 0;
  #lineColons = 0;
  /** The quote an open text began with, or 0. */
  #quote = 0;
  /** The column the lines of an open block scalar must exceed, or undefined. */
  #blockScalarParent: number | undefined;

  constructor(text: string, depthLimit: number) {
    this.#text = text;
    this.#depthLimit = depthLimit;
  }

  measure(): TextMeasure {
    let start = 0;
    while (start < this.#text.length && this.#deepAt === undefined) {
      const newline = this.#text.indexOf('\n', start);
      const end = newline === -1 ? this.#text.length : newline;
      this.#line(start, end);
      start = end + 1;
    }
    return { deepAt: this.#deepAt, values: this.#values };
  }

  #line(start: number, end: number): void {
    let at = start;
    while (at < end && this.#code(at) === space) at += 1;
    const indent = at - start;
    const first = at < end ? this.#code(at) : space;
    if (this.#blockScalarParent !== undefined) {
      if (indent > this.#blockScalarParent || first === space || first === carriageReturn) return;
      this.#blockScalarParent = undefined;
    }
    if (at < end && first !== hash) this.#values += 1;
    this.#lineColons = 0;
    this.#content(this.#quote === 0 && this.#flowColons.length === 0 ? this.#openings(start, at, end) : at, start, end);
  }

  /** Reads what opens collections at the start of a line: a document marker, then `- `, `? ` and `: `, one after another. */
  #openings(start: number, from: number, end: number): number {
    let at = from;
    if (start === at && this.#text.startsWith('---', at)) at = this.#skipBlanks(at + 3, end);
    while (at < end && this.#isIndicator(at, end)) {
      this.#open(at - start, true);
      this.#values += 1;
      at = this.#skipBlanks(at + 1, end);
    }
    const code = at < end ? this.#code(at) : hash;
    const isContent = code !== hash && code !== pipe && code !== greater && code !== carriageReturn;
    if (isContent) this.#open(at - start, false);
    this.#checkDepth(at);
    return at;
  }

  #open(column: number, isSequence: boolean): void {
    while (this.#columns.length > 0) {
      const top = this.#columns.at(-1) ?? -1;
      const topIsSequence = this.#isSequence.at(-1) ?? false;
      if (top < column || (top === column && !topIsSequence && isSequence)) break;
      if (top === column && topIsSequence === isSequence) return;
      this.#columns.pop();
      this.#isSequence.pop();
    }
    this.#columns.push(column);
    this.#isSequence.push(isSequence);
  }

  #content(from: number, start: number, end: number): void {
    /** A quote, bracket or block scalar can begin here; in the middle of a plain text it is an ordinary character. */
    let isTokenStart = true;
    for (let at = from; at < end && this.#deepAt === undefined; at += 1) {
      const code = this.#code(at);
      if (this.#quote !== 0) {
        at = this.#quoted(at, code, end);
        isTokenStart &&= this.#quote !== 0;
      } else if (isBlank(code)) {
        continue;
      } else if (code === hash && (at === start || isBlank(this.#code(at - 1)))) {
        return;
      } else if (isTokenStart && (code === doubleQuote || code === singleQuote)) {
        this.#quote = code;
      } else if (isTokenStart && this.#isBlockScalar(at, code, end)) {
        this.#blockScalarParent = this.#columns.at(-1) ?? -1;
        return;
      } else if (isTokenStart && (code === ampersand || code === exclamation)) {
        this.#values += 1;
        while (at + 1 < end && !isBlank(this.#code(at + 1))) at += 1;
      } else {
        isTokenStart = this.#indicator(at, code, end, isTokenStart);
      }
    }
  }

  /** Inside a quoted text: the place of the last character that belongs to this step. */
  #quoted(at: number, code: number, end: number): number {
    if (this.#quote === doubleQuote && code === backslash) {
      // The parser makes an error of each escape it does not know.
      if (at + 1 < end && !escapes.includes(this.#text.charAt(at + 1))) this.#values += 1;
      return at + 1;
    }
    if (code !== this.#quote) return at;
    if (code === singleQuote && this.#code(at + 1) === singleQuote) return at + 1;
    this.#quote = 0;
    return at;
  }

  /** Brackets, commas and colons; whether a token can begin after this character. */
  #indicator(at: number, code: number, end: number, isTokenStart: boolean): boolean {
    const flowDepth = this.#flowColons.length;
    if ((code === openBracket || code === openBrace) && (flowDepth > 0 || isTokenStart)) {
      const base = code === openBrace ? -1 : 0;
      this.#flowBases.push(base);
      this.#flowColons.push(base);
    } else if ((code === closeBracket || code === closeBrace) && flowDepth > 0) {
      this.#flowBases.pop();
      this.#flowColonsSum -= Math.max(0, this.#flowColons.pop() ?? 0);
      return false;
    } else if (code === comma && flowDepth > 0) {
      this.#flowColonsSum -= Math.max(0, this.#flowColons[flowDepth - 1] ?? 0);
      this.#flowColons[flowDepth - 1] = this.#flowBases[flowDepth - 1] ?? 0;
    } else if (code === colon && (flowDepth > 0 || at + 1 === end || isBlank(this.#code(at + 1)))) {
      if (flowDepth === 0) this.#lineColons += 1;
      else {
        const colons = (this.#flowColons[flowDepth - 1] ?? 0) + 1;
        this.#flowColons[flowDepth - 1] = colons;
        if (colons > 0) this.#flowColonsSum += 1;
      }
    } else {
      return false;
    }
    this.#values += 1;
    this.#checkDepth(at);
    return true;
  }

  #checkDepth(at: number): void {
    const depth = this.#columns.length + this.#lineColons + this.#flowColons.length + this.#flowColonsSum;
    if (depth > this.#depthLimit) this.#deepAt ??= at;
  }

  #isIndicator(at: number, end: number): boolean {
    const code = this.#code(at);
    if (code !== dash && code !== question && code !== colon) return false;
    return at + 1 === end || isBlank(this.#code(at + 1)) || this.#code(at + 1) === carriageReturn;
  }

  #isBlockScalar(at: number, code: number, end: number): boolean {
    if (this.#flowColons.length > 0 || (code !== pipe && code !== greater)) return false;
    return blockScalarHeader.test(this.#text.slice(at, end));
  }

  #skipBlanks(from: number, end: number): number {
    let at = from;
    while (at < end && isBlank(this.#code(at))) at += 1;
    return at;
  }

  #code(at: number): number {
    return this.#text.charCodeAt(at);
  }
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

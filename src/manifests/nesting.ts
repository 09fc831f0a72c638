// How deep the collections of a YAML text stand inside one another, found by one pass over the characters and without recursion.
// The parser recurses, so this is asked before it. The answer is an upper bound, at most a few levels above the truth:
// a scalar counts as a level, and so does every `: ` of a line.

const space = 32;
const tab = 9;
const hash = 35;
const singleQuote = 39;
const comma = 44;
const dash = 45;
const colon = 58;
const question = 63;
const doubleQuote = 34;
const backslash = 92;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;
const pipe = 124;
const greater = 62;
const ampersand = 38;
const exclamation = 33;

export interface DeepSpot {
  /** The first place deeper than the limit. */
  readonly offset: number;
}

/** The first place nested deeper than `limit`, or undefined when there is none. Linear in the text. */
export function findDeepSpot(text: string, limit: number): DeepSpot | undefined {
  // Columns of the open block collections; a sequence may share its column with the mapping that holds it.
  const columns: number[] = [];
  const isSequence: boolean[] = [];
  let flowDepth = 0;
  let quote = 0;
  let blockScalarParent = -2; // the column a block scalar's lines must exceed; -2: not in one

  let lineStart = 0;
  while (lineStart < text.length) {
    const newline = text.indexOf('\n', lineStart);
    const lineEnd = newline === -1 ? text.length : newline;
    let at = lineStart;
    while (at < lineEnd && text.charCodeAt(at) === space) at += 1;
    const indent = at - lineStart;
    const first = at < lineEnd ? text.charCodeAt(at) : space;

    if (blockScalarParent > -2) {
      if (indent > blockScalarParent || first === space || first === 13) {
        lineStart = lineEnd + 1;
        continue;
      }
      blockScalarParent = -2;
    }

    let tokenStart = true;
    let colonsOnLine = 0;
    if (quote === 0 && flowDepth === 0) {
      if (lineStart === at && text.startsWith('---', at)) {
        at += 3;
        while (at < lineEnd && isBlank(text.charCodeAt(at))) at += 1;
      }
      // Leading `- `, `? ` and `: ` open collections one after another on the same line.
      let column = at - lineStart;
      while (at < lineEnd && isIndicator(text, at, lineEnd)) {
        open(column, true);
        at += 1;
        while (at < lineEnd && isBlank(text.charCodeAt(at))) at += 1;
        column = at - lineStart;
        if (columns.length > limit) return { offset: at };
      }
      const code = at < lineEnd ? text.charCodeAt(at) : hash;
      if (code !== hash && code !== pipe && code !== greater && code !== 13) open(column, false);
      if (columns.length > limit) return { offset: at };
    }

    for (; at < lineEnd; at += 1) {
      const code = text.charCodeAt(at);
      if (quote !== 0) {
        if (quote === doubleQuote && code === backslash) at += 1;
        else if (code === quote) {
          if (quote === singleQuote && text.charCodeAt(at + 1) === singleQuote) at += 1;
          else {
            quote = 0;
            tokenStart = false;
          }
        }
        continue;
      }
      if (isBlank(code)) {
        continue;
      }
      const afterBlank = at === lineStart || isBlank(text.charCodeAt(at - 1));
      if (code === hash && afterBlank) break;
      if (tokenStart && (code === doubleQuote || code === singleQuote)) {
        quote = code;
        continue;
      }
      if (
        tokenStart &&
        flowDepth === 0 &&
        (code === pipe || code === greater) &&
        isBlockScalarHeader(text, at, lineEnd)
      ) {
        blockScalarParent = columns.at(-1) ?? -1;
        break;
      }
      if (tokenStart && (code === ampersand || code === exclamation)) {
        while (at + 1 < lineEnd && !isBlank(text.charCodeAt(at + 1))) at += 1;
        continue;
      }
      if ((code === openBracket || code === openBrace) && (flowDepth > 0 || tokenStart)) {
        flowDepth += 1;
        if (columns.length + flowDepth > limit) return { offset: at };
        tokenStart = true;
        continue;
      }
      if ((code === closeBracket || code === closeBrace) && flowDepth > 0) {
        flowDepth -= 1;
        tokenStart = false;
        continue;
      }
      if (code === comma && flowDepth > 0) {
        tokenStart = true;
        continue;
      }
      if (code === colon && (flowDepth > 0 || at + 1 === lineEnd || isBlank(text.charCodeAt(at + 1)))) {
        tokenStart = true;
        colonsOnLine += 1;
        if (flowDepth === 0 && columns.length + colonsOnLine > limit) return { offset: at };
        continue;
      }
      tokenStart = false;
    }
    lineStart = lineEnd + 1;
  }
  return undefined;

  function open(column: number, sequence: boolean): void {
    while (columns.length > 0) {
      const top = columns[columns.length - 1] ?? -1;
      const topIsSequence = isSequence[isSequence.length - 1] ?? false;
      if (top < column || (top === column && !topIsSequence && sequence)) break;
      if (top === column && topIsSequence === sequence) return;
      columns.pop();
      isSequence.pop();
    }
    columns.push(column);
    isSequence.push(sequence);
  }
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

function isIndicator(text: string, at: number, lineEnd: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== dash && code !== question && code !== colon) return false;
  return at + 1 === lineEnd || isBlank(text.charCodeAt(at + 1)) || text.charCodeAt(at + 1) === 13;
}

function isBlockScalarHeader(text: string, at: number, lineEnd: number): boolean {
  return /^[|>][-+0-9]*[ \t\r]*(?:$|[ \t]#)/.test(text.slice(at, lineEnd));
}

// How deep the collections of a YAML text stand inside one another and about how many values it has, found by one pass over the
// characters and without recursion. The parser recurses and takes microseconds for each value, so this is asked before it.
// The depth is an upper bound, at most a few levels above the truth: a scalar counts as a level, and so does every `: ` of a line.

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

/** Characters that may follow a backslash in a double-quoted text: YAML 1.2, 5.7. */
const escapes = '0abt\tnvfre "/\\N_LPxuU\r';

export interface TextMeasure {
  /** The first place nested deeper than the limit, where measuring stopped; undefined when there is none. */
  readonly deepAt: number | undefined;
  /** Keys, items, scalars, anchors and tags, roughly: what makes the parser work. */
  readonly values: number;
}

/** Linear in the text; stops at `depthLimit`. */
export function measureText(text: string, depthLimit: number): TextMeasure {
  // Columns of the open block collections; a sequence may share its column with the mapping that holds it.
  const columns: number[] = [];
  const isSequence: boolean[] = [];
  let flowDepth = 0;
  // `a: b:` inside brackets nests too, as long as no comma ends the entry: colons of the open entry, bracket by bracket.
  const flowColons: number[] = [];
  let flowColonsSum = 0;
  let quote = 0;
  let values = 0;
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
    if (at < lineEnd && first !== hash) values += 1;
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
        values += 1;
        at += 1;
        while (at < lineEnd && isBlank(text.charCodeAt(at))) at += 1;
        column = at - lineStart;
        if (columns.length > depthLimit) return { deepAt: at, values };
      }
      const code = at < lineEnd ? text.charCodeAt(at) : hash;
      if (code !== hash && code !== pipe && code !== greater && code !== 13) open(column, false);
      if (columns.length > depthLimit) return { deepAt: at, values };
    }

    for (; at < lineEnd; at += 1) {
      const code = text.charCodeAt(at);
      if (quote !== 0) {
        if (quote === doubleQuote && code === backslash) {
          at += 1;
          if (at < lineEnd && !escapes.includes(text.charAt(at))) values += 1; // the parser makes an error of each
        } else if (code === quote) {
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
        values += 1;
        while (at + 1 < lineEnd && !isBlank(text.charCodeAt(at + 1))) at += 1;
        continue;
      }
      if ((code === openBracket || code === openBrace) && (flowDepth > 0 || tokenStart)) {
        flowDepth += 1;
        flowColons.push(0);
        values += 1;
        if (columns.length + flowDepth + flowColonsSum > depthLimit) return { deepAt: at, values };
        tokenStart = true;
        continue;
      }
      if ((code === closeBracket || code === closeBrace) && flowDepth > 0) {
        flowDepth -= 1;
        flowColonsSum -= flowColons.pop() ?? 0;
        tokenStart = false;
        continue;
      }
      if (code === comma && flowDepth > 0) {
        values += 1;
        flowColonsSum -= flowColons[flowDepth - 1] ?? 0;
        flowColons[flowDepth - 1] = 0;
        tokenStart = true;
        continue;
      }
      if (code === colon && (flowDepth > 0 || at + 1 === lineEnd || isBlank(text.charCodeAt(at + 1)))) {
        tokenStart = true;
        values += 1;
        if (flowDepth > 0) {
          flowColons[flowDepth - 1] = (flowColons[flowDepth - 1] ?? 0) + 1;
          flowColonsSum += 1;
        } else {
          colonsOnLine += 1;
        }
        if (columns.length + colonsOnLine + flowDepth + flowColonsSum > depthLimit) return { deepAt: at, values };
        continue;
      }
      tokenStart = false;
    }
    lineStart = lineEnd + 1;
  }
  return { deepAt: undefined, values };

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

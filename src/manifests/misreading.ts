// Text that looks right and reads wrong: characters a Japanese keyboard puts in, and colons without their space.
// YAML takes `name：web` for one long word, so the mistake surfaces somewhere else, as a wrong type or a broken key.
// Here it is called by its name and given a fix.

import { type Finding, finding, type Span } from './finding.ts';

const fullWidthColon = /^[ \t]*(?:- +)*["']?[A-Za-z][\w./-]*["']?[ \u3000]*(：)[ \u3000]*/;
const oddSpaceAfterColon = /^[ \t]*(?:- +)*["']?[A-Za-z][\w./-]*["']?:([\u3000\u00A0]+)/;
const oddSpaceAtStart = /^(?:[ \t]|- )*([\u3000\u00A0]+)/;
const fullWidthHyphen = /^[ \t]*([－ー―—–])[ \u3000]*["']?[A-Za-z][\w./-]*["']?[ ]*[:：]/;
/** Between two entries of a flow mapping; a comma inside a text is the text's own. */
const fullWidthComma = /^[ \t]*["']?[\w./-]*["']?[ ]*([，、])[ \u3000]*["']?[A-Za-z][\w./-]*["']?[ ]*[:：]/;
const colonWithoutSpace = /^[ \t]*(?:- +)*[A-Za-z][\w./-]*(:)(?!\/\/)[^\s:]/;

/** What is wrong with the plain text of `span`, line by line; empty when nothing of this sort is. */
export function findMisreadings(text: string, span: Span): Finding[] {
  const findings: Finding[] = [];
  for (const line of linesOf(text, span)) {
    const found = misreadingOf(text, line);
    if (found) findings.push(found);
  }
  return findings;
}

function misreadingOf(text: string, line: Span): Finding | undefined {
  const content = text.slice(line.start, line.end);
  const at = (match: RegExpExecArray): Span => {
    const start = line.start + match[0].indexOf(match[1] ?? '');
    return { start, end: start + (match[1] ?? '').length };
  };
  const colon = fullWidthColon.exec(content);
  if (colon) {
    const { start } = at(colon);
    const span = { start, end: line.start + colon[0].length };
    return finding(
      'full-width-colon',
      { start, end: start + 1 },
      {},
      { fix: { title: 'fix-colon', params: {}, span, text: ': ' } },
    );
  }
  const hyphen = fullWidthHyphen.exec(content);
  if (hyphen) return fullWidth('full-width-hyphen', at(hyphen), '- ');
  const comma = fullWidthComma.exec(content);
  if (comma) return fullWidth('full-width-comma', at(comma), ', ');
  const leading = oddSpaceAtStart.exec(content);
  if (leading) return oddSpace(leading[1] ?? '', at(leading), 2);
  const space = oddSpaceAfterColon.exec(content);
  if (space) return oddSpace(space[1] ?? '', at(space), 0);
  const bare = colonWithoutSpace.exec(content);
  if (bare) {
    const span = at(bare);
    return finding('yaml-colon-space', span, {}, { fix: { title: 'fix-colon', params: {}, span, text: ': ' } });
  }
  return undefined;
}

function fullWidth(message: 'full-width-hyphen' | 'full-width-comma', span: Span, text: '- ' | ', '): Finding {
  return finding(message, span, {}, { fix: { title: 'fix-replace', params: { text }, span, text } });
}

/** `width`: blanks per full-width space; 0: one blank for all of them. A no-break space is one blank wide. */
function oddSpace(characters: string, span: Span, width: number): Finding {
  const isFullWidth = characters.includes('\u3000');
  const text =
    width === 0 ? ' ' : ' '.repeat(Array.from(characters).reduce((sum, c) => sum + (c === '\u3000' ? width : 1), 0));
  const fix = { title: 'fix-space', params: {}, span, text } as const;
  return finding(isFullWidth ? 'full-width-space' : 'no-break-space', span, {}, { fix });
}

/** The lines the span touches, from the span's own start on the first. A key's line is looked at whole when the span begins it. */
function linesOf(text: string, span: Span): Span[] {
  const lines: Span[] = [];
  let start = span.start;
  while (start <= span.end) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    lines.push({ start, end });
    start = end + 1;
    if (newline === -1) break;
  }
  return lines;
}

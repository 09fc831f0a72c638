// Why a text is no YAML, in words a person can act on: the parser's errors, explained where a mistake has a name of its own.

import { isNode, type ErrorCode, Scalar, visit } from 'yaml';
import type { Document } from 'yaml';
import { type Finding, finding, type Span } from './finding.ts';
import { lineAt, lineStartsOf } from './lines.ts';
import { findMisreadings } from './misreading.ts';

/** Syntax errors beyond this many add nothing: they follow from the first. */
const maxSyntaxErrors = 5;

/** What is wrong with a document that the parser refuses; at least one finding. */
export function syntaxFindings(document: Document.Parsed, text: string): Finding[] {
  const foreign = foreignMarks(text);
  if (foreign !== undefined) return [foreign];
  const named = namedMistakes(document, text);
  if (named.length > 0) return named;
  const findings: Finding[] = [];
  const starts = lineStartsOf(text);
  let lastLine = -1;
  for (const { code, message, pos } of document.errors) {
    const [start, end] = pos;
    const line = lineAt(starts, start);
    // Further errors of a line follow from its first.
    if (line === lastLine || findings.length === maxSyntaxErrors) continue;
    lastLine = line;
    findings.push(syntaxFinding(code, message, document, text, { start, end: Math.max(end, start + 1) }));
  }
  return findings;
}

const mergeMark = /^(?:<{7}|={7}|>{7})(?: .*)?$/m;
/** A tag of Helm's, on a line that is no comment. */
const templateTag = /^[^#\n]*?(\{\{.*\}\})/m;

/** What another tool should have taken out of the text first. Asked only where the text is no YAML: all of it may stand in a value. */
function foreignMarks(text: string): Finding | undefined {
  const merge = mergeMark.exec(text);
  if (merge) return finding('merge-conflict', { start: merge.index, end: merge.index + 7 }, {});
  const tag = templateTag.exec(text);
  if (tag === null) return undefined;
  return templateTagAt(text, tag.index + tag[0].length - (tag[1] ?? '').length);
}

/** `{{ x }}` without quotes is YAML: a mapping whose key is a mapping. Nobody means that. */
export function isTagAt(text: string, start: number): boolean {
  return text.startsWith('{{', start);
}

/** A tag of Helm's that nothing has rendered, to its end. */
export function templateTagAt(text: string, start: number): Finding {
  const line = text.indexOf('\n', start);
  const last = text.lastIndexOf('}}', line === -1 ? text.length : line);
  return finding('template-not-rendered', { start, end: last > start ? last + 2 : start + 2 }, {});
}

/** Mistakes with a name of their own explain the parser's errors better than the parser can. */
function namedMistakes(document: Document.Parsed, text: string): Finding[] {
  const findings = new Map<number, Finding>();
  const add = (found: Finding): void => void findings.set(found.span.start, found);
  const multiline = document.errors.some((error) => error.code === 'MULTILINE_IMPLICIT_KEY');
  visit(document, {
    Scalar(_key, node) {
      if (node.type !== Scalar.PLAIN || !node.range) return;
      for (const found of findMisreadings(text, { start: node.range[0], end: node.range[1] })) {
        // `image:nginx` is a fine value; only where a key broke does it explain anything.
        if (found.message !== 'yaml-colon-space' || multiline) add(found);
      }
    },
  });
  const starts = lineStartsOf(text);
  const lastLine = lineAt(starts, document.errors[0]?.pos[0] ?? 0) + 1;
  const relevant = [...findings.values()].filter((found) => lineAt(starts, found.span.start) <= lastLine);
  return relevant.sort((a, b) => a.span.start - b.span.start);
}

function syntaxFinding(code: ErrorCode, message: string, document: Document.Parsed, text: string, span: Span): Finding {
  // The parser says which character it waited for only in its message.
  const awaited = /Missing closing (["'])|end with an? (.)/.exec(message);
  const character = awaited?.[1] ?? awaited?.[2];
  switch (code) {
    case 'TAB_AS_INDENT':
      return tabFinding(text, span);
    case 'BAD_INDENT':
      if (character) return finding('yaml-unclosed', openingOf(document, text, character, span), { character });
      return finding('yaml-bad-indentation', firstLineOf(text, { start: span.start, end: text.length }), {});
    case 'MISSING_CHAR':
      if (character) return finding('yaml-unclosed', openingOf(document, text, character, span), { character });
      return finding('yaml-missing-character', span, { character: message.startsWith('Missing ,') ? ',' : ':' });
    case 'BLOCK_AS_IMPLICIT_KEY':
      return finding('yaml-compact-mapping', span, {});
    case 'BLOCK_IN_FLOW':
      return finding('yaml-block-in-flow', span, {});
    case 'MULTILINE_IMPLICIT_KEY':
      return finding('yaml-key-multiline', firstLineOf(text, span), {});
    case 'KEY_OVER_1024_CHARS':
      return finding('yaml-key-too-long', firstLineOf(text, span), {});
    case 'NON_STRING_KEY':
      return finding('yaml-key-type', span, {});
    case 'BAD_SCALAR_START':
      return finding('yaml-bad-scalar-start', span, { character: text.slice(span.start, span.start + 1) });
    case 'BAD_DQ_ESCAPE':
      return finding('yaml-bad-escape', span, {});
    case 'BAD_DIRECTIVE':
      return finding('yaml-directive', span, {});
    case 'ALIAS_PROPS':
      return finding('yaml-alias-properties', span, {});
    case 'BAD_ALIAS':
      return finding('yaml-alias-unknown', span, { name: text.slice(span.start + 1, span.end) });
    case 'BAD_PROP_ORDER':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'TAG_RESOLVE_FAILED':
    case 'BAD_COLLECTION_TYPE':
      return finding('yaml-anchor-or-tag', span, {});
    case 'UNEXPECTED_TOKEN':
    case 'MULTIPLE_DOCS':
      return finding('yaml-unexpected', span, {});
    case 'DUPLICATE_KEY': // switched off: the reader reports them itself
    case 'IMPOSSIBLE':
    case 'RESOURCE_EXHAUSTION':
      return finding('yaml-syntax', span, {});
  }
}

const openings: ReadonlyMap<string, string> = new Map([
  [']', '['],
  ['}', '{'],
]);

/** The last quote or bracket before the error that was opened and not closed; the parser notices only where the text ends. */
function openingOf(document: Document.Parsed, text: string, closing: string, span: Span): Span {
  const opening = openings.get(closing) ?? closing;
  let found: number | undefined;
  visit(document, {
    Node(_key, node) {
      if (!isNode(node) || !node.range) return;
      const [start, end] = node.range;
      const isOpen = text[start] === opening && (end - start < 2 || text[end - 1] !== closing);
      if (isOpen && start <= span.start) found = Math.max(found ?? 0, start);
    },
  });
  return found === undefined ? span : { start: found, end: found + 1 };
}

function tabFinding(text: string, { start }: Span): Finding {
  // The parser points at the line break or at the tab; mend the whole run.
  let first = text.indexOf('\t', start);
  if (first === -1) first = start;
  while (first > 0 && text[first - 1] === '\t') first -= 1;
  let end = first;
  while (text[end] === '\t') end += 1;
  const span = { start: first, end: Math.max(end, first + 1) };
  const fix = { title: 'fix-tab', params: {}, span, text: '  '.repeat(end - first) } as const;
  return finding('tab-indentation', span, {}, { fix });
}

function firstLineOf(text: string, { start, end }: Span): Span {
  const newline = text.indexOf('\n', start);
  return { start, end: newline === -1 || newline > end ? end : Math.max(newline, start + 1) };
}

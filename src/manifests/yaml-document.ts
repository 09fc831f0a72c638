// One document: YAML (or JSON, which is YAML) to a JSON value and the places of everything in it.
// The parser is the package `yaml`; what it refuses is explained in yaml-syntax.ts, what its nodes mean is decided in yaml-value.ts.

import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { finding, type Span } from './finding.ts';
import type { JsonValue } from './json.ts';
import { limits, type ManifestLimits } from './limits.ts';
import { measureText } from './nesting.ts';
import { isTagAt, syntaxFindings, templateTagAt } from './yaml-syntax.ts';
import type { YamlValue } from './yaml-value.ts';
import { readYamlValue } from './yaml-value.ts';

/** Without content when the document is empty, too. */
export interface YamlReading extends YamlValue {
  /** How much there was to read; see `measureText`. 0 when the text was refused before. */
  readonly values: number;
}

/** Levels the quick look may see above the truth before the parser is kept from the text. */
const nestingSlack = 8;

export function readYamlDocument(text: string, limits: ManifestLimits): YamlReading {
  if (text.length > limits.maxDocumentCharacters) {
    const params = { size: text.length, limit: limits.maxDocumentCharacters };
    return { findings: [finding('document-too-large', firstCharacter, params)], values: 0 };
  }
  const control = controlCharacter.exec(text);
  if (control) {
    const span = { start: control.index, end: control.index + 1 };
    const character = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    return { findings: [finding('control-character', span, { character })], values: 0 };
  }
  const { deepAt, values } = measureText(text, limits.maxDepth + nestingSlack);
  if (deepAt !== undefined) return tooDeep(limits, { start: deepAt, end: deepAt + 1 });
  if (values > limits.maxValues) {
    return {
      findings: [finding('too-many-values', firstCharacter, { count: values, limit: limits.maxValues })],
      values,
    };
  }

  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      schema: 'failsafe', // every scalar stays a text: resolvePlain says what it means
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
  } catch (cause) {
    // The quick look bounds the parser's recursion; should it ever be wrong, the person still gets the true reason.
    if (isStackOverflow(cause)) return tooDeep(limits, firstCharacter);
    throw cause;
  }
  if (document.errors.length > 0) return { findings: syntaxFindings(document, text), values };
  if (document.contents === null) return { findings: [], values };
  const reading = readYamlValue(document.contents, text, limits);
  const tag = reading.findings.find(
    ({ message, span }) => message === 'yaml-key-type' && isTagAt(text, span.start - 1),
  );
  if (tag !== undefined) return { findings: [templateTagAt(text, tag.span.start - 1)], values };
  const undecoded = text.indexOf('\uFFFD');
  if (undecoded < 0) return { ...reading, values };
  const warning = finding('not-utf-8', { start: undecoded, end: undecoded + 1 }, {});
  return { ...reading, findings: [warning, ...reading.findings], values };
}

/** The value of YAML or JSON text that stands inside of a manifest, in an annotation; undefined if it cannot be read. */
export function yamlValueOf(text: string): JsonValue | undefined {
  return readYamlDocument(text, limits).content?.value;
}

/** Firefox has an error of its own for it. */
function isStackOverflow(cause: unknown): boolean {
  return cause instanceof RangeError || (cause instanceof Error && cause.name === 'InternalError');
}

/** C0 but tab, line feed and a carriage return before one; DEL; and the C1 controls but NEL: YAML 1.2, 5.1 c-printable. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacter = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFFFE\uFFFF]|\r(?!\n)/;
const firstCharacter: Span = { start: 0, end: 1 };

function tooDeep(limits: ManifestLimits, span: Span): YamlReading {
  return { findings: [finding('too-deep', span, { limit: limits.maxDepth })], values: 0 };
}

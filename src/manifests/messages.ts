// Every message this room can give: its parameters, its severity, and upstream's code where one means the same.
// The sentences live in src/text/diagnostics (a test proves that both sides list the same keys and placeholders).

import type { Severity } from './diagnostic.ts';

interface MessageSpec {
  readonly severity: Severity;
  readonly params: readonly string[];
  /** Upstream's code; default: the message key itself. */
  readonly code?: string;
}

function error<const P extends readonly string[]>(...params: P) {
  return { severity: 'error', params } as const;
}
function warning<const P extends readonly string[]>(...params: P) {
  return { severity: 'warning', params } as const;
}
function info<const P extends readonly string[]>(...params: P) {
  return { severity: 'info', params } as const;
}
export const messages = {
  // The text as a whole: nothing of it is read.
  'text-too-large': error('size', 'limit'),
  'too-many-documents': error('limit'),
  'binary-file': error(),

  // One document: the others are still read.
  'document-too-large': error('size', 'limit'),
  'too-deep': error('limit'),
  'control-character': error('character'),
  'full-width-colon': error(),
  'full-width-space': error(),
  'no-break-space': error(),
  'tab-indentation': error(),
  'yaml-alias-unknown': error('name'),
  'yaml-alias-recursive': error('name'),
  'yaml-aliases-too-many': error('limit'),
  'yaml-alias-properties': error(),
  'yaml-anchor-or-tag': error(),
  'yaml-bad-escape': error(),
  'yaml-bad-indentation': error(),
  'yaml-bad-scalar-start': error('character'),
  'yaml-block-in-flow': error(),
  'yaml-compact-mapping': error(),
  'yaml-directive': error(),
  'yaml-key-multiline': error(),
  'yaml-key-too-long': error(),
  'yaml-key-type': error(),
  'yaml-merge-type': error(),
  'yaml-missing-character': error('character'),
  'yaml-not-json': error('value'),
  'yaml-number-too-large': warning('value'),
  'yaml-syntax': error(),
  'yaml-unexpected': error(),
  'yaml-unclosed': error('character'),
  'duplicate-key': warning('key', 'line'),
  'more-diagnostics': info('count'),

  // What the document says it is.
  'not-an-object': error('found'),
  'list-item-not-an-object': error('found'),
  'api-version-missing': error(),
  'kind-missing': error(),
  'api-version-invalid': error('apiVersion'),
  'removed-api-version': error('apiVersion', 'kind', 'since', 'instead'),
  'removed-kind': error('apiVersion', 'kind', 'since'),
  'no-such-version': error('apiVersion', 'kind', 'instead'),
  'no-such-kind': error('apiVersion', 'kind'),
  'no-such-kind-near': error('apiVersion', 'kind', 'near'),
  'not-applicable-kind': error('kind'),
  'accepted-not-simulated': info('kind'),
  'unknown-kind': info('apiVersion', 'kind'),
  'duplicate-object': info('kind', 'name', 'line', 'path'),

  // Structure: the schema of the kind.
  'unknown-field': error('field'),
  'unknown-field-near': error('field', 'near'),
  'wrong-type': error('field', 'expected', 'found'),
  'required-field': error('field'),
  'unsupported-value': error('field', 'value', 'allowed'),
  'pattern-mismatch': error('field', 'value', 'pattern'),
  'wrong-format': error('field', 'value', 'format'),
  'too-long': error('field', 'length', 'limit'),
  'too-short': error('field', 'length', 'limit'),
  'too-large': error('field', 'value', 'limit'),
  'too-small': error('field', 'value', 'limit'),
  'too-many-items': error('field', 'count', 'limit'),
  'too-few-items': error('field', 'count', 'limit'),
  'duplicate-value': error('field', 'value'),
  'at-most-one-of': error('field', 'fields'),
  'exactly-one-of': error('field', 'fields'),
  'not-together': error('field', 'other'),
  'forbidden-field': error('field', 'reason'),

  // Metadata
  'name-missing': error('kind'),
  'generate-name': error(),
} as const satisfies Record<string, MessageSpec>;

export type MessageKey = keyof typeof messages;

/** The parameters a message needs, by name. */
export type ParamsOf<K extends MessageKey> = Readonly<Record<(typeof messages)[K]['params'][number], string | number>>;

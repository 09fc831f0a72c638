// Evens out how a file is written: two blanks a level, lists at the level of their key as kubectl prints them, no blanks at line ends.
// Comments and blank lines stay.

import { parseAllDocuments } from 'yaml';

/** The formatted text; undefined when a document is no YAML, because then nothing can be said about its shape. */
export function formatYaml(text: string): string | undefined {
  const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  if (!Array.isArray(documents) || documents.length === 0) return text;
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  const printed = documents
    .map((document) => document.toString({ indent: 2, indentSeq: false, lineWidth: 0, flowCollectionPadding: false }))
    .map((document) => document.replace(/\n*$/, '\n'));
  return printed.reduce((file, document) => (document.startsWith('---') ? file + document : `${file}---\n${document}`));
}

// A sequence as a Mermaid diagram, for Markdown: a participant for each lane, an arrow for each message, a note for what was decided.
// Source of the grammar: mermaid.js.org/syntax/sequenceDiagram.html.

import type { Lane } from '../sequence/lanes.ts';
import type { SequenceModel, SequenceRow } from '../sequence/sequence.ts';

export interface MermaidWords {
  /** What an arrow or a note says of a row. */
  readonly told: (row: SequenceRow) => string;
  /** What a lane is called. */
  readonly name: (lane: Lane) => string;
}

/** `sequenceDiagram` and a line for each row that says something; ends with a line break. */
export function mermaidOf({ lanes, rows }: SequenceModel, words: MermaidWords): string {
  return [
    'sequenceDiagram',
    ...lanes.map((lane, at) => `  participant p${at} as ${escaped(words.name(lane))}`),
    ...rows.map((row) => lineOf(row, lanes.length, escaped(words.told(row)))).filter((line) => line !== ''),
    '',
  ].join('\n');
}

/** A lost message ends in a cross. A row about no lane in particular stands over all. */
function lineOf(row: SequenceRow, lanes: number, said: string): string {
  switch (row.kind) {
    case 'message':
      return `  p${row.from}${row.isDropped ? '-x' : '->>'}p${row.to}: ${said}`;
    case 'decision':
    case 'note':
    case 'reused':
      return `  Note over p${row.lane}: ${said}`;
    case 'gap':
    case 'omitted':
      return `  Note over p0${lanes > 1 ? `,p${lanes - 1}` : ''}: ${said}`;
  }
}

/** Characters that end a statement or begin an entity, markup and lines are written as their numbers; an empty text would be no text. */
function escaped(text: string): string {
  const plain = text.replaceAll(/\s+/g, ' ').trim();
  return plain === '' ? '-' : plain.replaceAll(/[#;<>{}"\\]/g, (character) => `#${character.charCodeAt(0)};`);
}

// Where every value of a document stands in its text: the same shape as the value, holding offsets instead of contents.
// It outlives the parser's own tree, which is many times larger.

import type { Span } from './finding.ts';
import type { FieldPath } from './source.ts';

export interface SourceNode extends Span {
  readonly entries?: ReadonlyMap<string, SourceEntry>;
  readonly items?: readonly SourceNode[];
  /** Plain scalars only: the text was written without quotes. */
  readonly isPlain?: true;
}

export interface SourceEntry {
  readonly key: Span;
  readonly value: SourceNode;
}

/** The span of the value at `path`, or of its nearest ancestor that is in the text. */
export function spanOfValue(root: SourceNode, path: FieldPath): Span {
  return walk(root, path).node;
}

/** The span of the key that names the value at `path`; for an item or a value not in the text see `spanOfHead`. */
export function spanOfKey(root: SourceNode, path: FieldPath): Span {
  const { node, key, depth } = walk(root, path);
  return depth === path.length && key ? key : headOf(node, key);
}

/** A short span that stands for a whole collection: its key, or the first key inside it. Used where something is missing. */
export function spanOfHead(root: SourceNode, path: FieldPath): Span {
  const { node, key } = walk(root, path);
  return headOf(node, key);
}

function headOf(node: SourceNode, key: Span | undefined): Span {
  if (key) return key;
  const [first] = node.entries?.values() ?? [];
  return first?.key ?? node;
}

function walk(root: SourceNode, path: FieldPath): { node: SourceNode; key: Span | undefined; depth: number } {
  let node = root;
  let key: Span | undefined;
  let depth = 0;
  for (const step of path) {
    if (typeof step === 'number') {
      const item = node.items?.[step];
      if (!item) break;
      node = item;
      key = undefined;
    } else {
      const entry = node.entries?.get(step);
      if (!entry) break;
      node = entry.value;
      key = entry.key;
    }
    depth += 1;
  }
  return { node, key, depth };
}

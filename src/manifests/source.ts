// Where something stands in the text a person typed: files, positions, ranges.
// Everything later that wants to say "this line" (problems in the editor, the cause chain of a packet) says it with these types.

/** One text file as the person gave it. `path` is only a label; nothing is read from a disk here. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** A place between two UTF-16 units. A byte order mark at the start of a file takes an offset but no column. */
export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units, as editors count. */
  readonly column: number;
  /** 0-based, in UTF-16 units of the file's text. */
  readonly offset: number;
}

/** Half open: `end` is the first place that no longer belongs to the range. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Plain data, safe to send to another thread. */
export interface SourceRange {
  readonly path: string;
  readonly range: Range;
}

/** A way from the root of a document to one of its values: `['spec', 'ports', 0, 'name']`. */
export type FieldPath = readonly (string | number)[];

/** The field as the API server writes it: `spec.ports[0].name`, and `metadata.labels[app.kubernetes.io/name]` for keys that are no plain word. */
export function fieldName(path: FieldPath): string {
  let name = '';
  for (const whole of path) {
    // Keys are names; one of a thousand letters is no help in a message.
    const step = typeof whole === 'string' && whole.length > 80 ? `${whole.slice(0, 77)}...` : whole;
    if (typeof step === 'number') name += `[${step}]`;
    else if (!/^[A-Za-z0-9_$-]+$/.test(step)) name += `[${step}]`;
    else name += name === '' ? step : `.${step}`;
  }
  return name;
}

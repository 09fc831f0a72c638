// Collects what is wrong with one object. Callers say which field; the report finds the place in the text.

import { type Finding, finding, type FindingFix, type FixTitle, type Span } from './finding.ts';
import { messages, type MessageKey, type ParamsOf, type Severity } from './messages.ts';
import { type FieldPath, fieldName } from './source.ts';
import { type SourceNode, spanOfHead, spanOfKey } from './source-tree.ts';

/**
 * Which part of a field to point at: its `value` (default), its `key`, or its `head`, a short piece of text that stands
 * for the whole: the right choice when something inside is missing. A value that is not in the text, or a collection over
 * many lines, is pointed at by its head.
 */
export type Aim = 'value' | 'key' | 'head';

export interface ReportOptions {
  readonly aim?: Aim;
  readonly severity?: Severity;
  /** Replaces the text pointed at. */
  readonly fix?: { readonly title: FixTitle; readonly text: string };
}

/** Parameters without `field`: the report fills that in from the path. */
type RestOf<K extends MessageKey> = Omit<ParamsOf<K>, 'field'>;

export class Report {
  readonly text: string;
  readonly tree: SourceNode;
  readonly #findings: Finding[] = [];

  constructor(text: string, tree: SourceNode) {
    this.text = text;
    this.tree = tree;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  get hasErrors(): boolean {
    return this.#findings.some((found) => (found.severity ?? messages[found.message].severity) === 'error');
  }

  /** Whether an error points into the value at `path`, or, when the text does not have it, into what stands for it. */
  hasErrorAt(path: FieldPath): boolean {
    const { start, end } = this.nodeAt(path) ?? this.spanOf(path, 'head');
    const key = this.spanOf(path, 'key');
    return this.#findings.some(
      ({ message, severity = messages[message].severity, span }) =>
        severity === 'error' &&
        ((span.start >= start && span.end <= end) || (span.start === key.start && span.end === key.end)),
    );
  }

  add<K extends MessageKey>(message: K, path: FieldPath, params: RestOf<K>, options: ReportOptions = {}): void {
    const span = this.spanOf(path, options.aim ?? 'value');
    const fix = options.fix && this.#fix(options.fix.title, options.fix.text, span);
    const all = { field: fieldName(path), ...params } as ParamsOf<K>; // `field` is the one RestOf left out
    this.#findings.push(
      finding(message, span, all, {
        ...(options.severity && { severity: options.severity }),
        ...(fix && { fix }),
      }),
    );
  }

  addFinding(found: Finding): void {
    this.#findings.push(found);
  }

  spanOf(path: FieldPath, aim: Aim): Span {
    switch (aim) {
      case 'value': {
        const node = this.nodeAt(path);
        return node && !this.#isManyLines(node) ? node : spanOfHead(this.tree, path);
      }
      case 'key':
        return spanOfKey(this.tree, path);
      case 'head':
        return spanOfHead(this.tree, path);
    }
  }

  /** The node of the text at `path`, or undefined for a value the text does not have. */
  nodeAt(path: FieldPath): SourceNode | undefined {
    let node: SourceNode | undefined = this.tree;
    for (const step of path) {
      node = typeof step === 'number' ? node?.items?.[step] : node?.entries?.get(step)?.value;
    }
    return node;
  }

  #fix(title: FixTitle, text: string, span: Span): FindingFix {
    // A word put in the place of a quoted one keeps its quotes.
    const quote = this.text[span.start];
    const isQuoted = title === 'fix-replace' && (quote === '"' || quote === "'");
    return { title, params: { text }, span, text: isQuoted ? `${quote}${text}${quote}` : text };
  }

  #isManyLines(node: SourceNode): boolean {
    if (!node.entries && !node.items) return false;
    const newline = this.text.indexOf('\n', node.start);
    return newline !== -1 && newline < node.end;
  }
}

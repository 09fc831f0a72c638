// The calls that annotations state, each with its own place in the text: what the linter looks at, before any pod exists.
import type { Diagnostic, FieldPath, ManifestFile, Range, Resource } from '../manifests/index.ts';
import { refOf } from '../manifests/index.ts';
import type { Target } from '../host/index.ts';
import { parseTarget } from '../host/index.ts';
import { parseCallText } from './format.ts';
import { callsAnnotation, callTexts } from './programs.ts';

/** One call of an annotation, readable or not. */
export interface AnnotatedCall {
  readonly resource: Resource;
  readonly text: string;
  readonly range: Range;
  /** Undefined: the call cannot be read and is not made. */
  readonly target: Target | undefined;
}

/** Every call of every annotation, on objects and on pod templates, in the order of the text. */
export function callsOf(resources: readonly Resource[], files: readonly ManifestFile[]): readonly AnnotatedCall[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  return resources.flatMap((resource) =>
    annotationsOf(resource).flatMap(({ path, value }) => {
      const range = resource.source.locate(path);
      const source = texts.get(resource.source.path)?.slice(range.start.offset, range.end.offset) ?? '';
      let from = 0;
      return callTexts(value).map((text): AnnotatedCall => {
        const at = source.indexOf(text, from);
        if (at >= 0) from = at + text.length;
        const call = parseCallText(text);
        return {
          resource,
          text,
          range: at < 0 ? range : rangeInside(range, source, at, text.length),
          target: call === undefined ? undefined : parseTarget(call.url),
        };
      });
    }),
  );
}

/** What is wrong with the calls by themselves. */
export function diagnosticsOfCalls(calls: readonly AnnotatedCall[]): readonly Diagnostic[] {
  return calls
    .filter((call) => call.target === undefined)
    .map(({ resource, text, range }) => ({
      code: 'calls-annotation-invalid',
      severity: 'warning',
      path: resource.source.path,
      range,
      message: 'calls-annotation-invalid',
      params: { value: text.length > 120 ? `${text.slice(0, 117)}...` : text },
      resource: refOf(resource),
    }));
}

interface Annotation {
  readonly path: FieldPath;
  readonly value: string;
}

const places: readonly FieldPath[] = [
  ['metadata', 'annotations', callsAnnotation],
  ['spec', 'template', 'metadata', 'annotations', callsAnnotation],
];

function annotationsOf(resource: Resource): readonly Annotation[] {
  const found: Annotation[] = [];
  for (const path of places) {
    const value = valueAt(resource.object, path);
    if (typeof value === 'string') found.push({ path, value });
  }
  return found;
}

/** The value at a path of names, or undefined. */
export function valueAt(root: unknown, path: FieldPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step]; // an object that has the key
  }
  return value;
}

/** A part of a range, `at` characters from its start. Texts of several lines keep their lines. */
function rangeInside(range: Range, source: string, at: number, length: number): Range {
  const before = source.slice(0, at);
  const lines = before.split('\n').length - 1;
  const column = lines === 0 ? range.start.column + at : at - before.lastIndexOf('\n');
  const start = { line: range.start.line + lines, column, offset: range.start.offset + at };
  return { start, end: { ...start, column: column + length, offset: start.offset + length } };
}

// What to say of a value that does not fit: of the wrong type, or none of those allowed; with a fix where quotes or one name mend it.
import { isArray, isObject, type JsonValue } from '../json.ts';
import { findMisreadings } from '../misreading.ts';
import { nearestName } from '../near-name.ts';
import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import type { SchemaType } from './schema.ts';
import { typeName } from './value-type.ts';

/** "Unsupported value", with the nearest allowed one as a fix. */
export function addUnsupported(report: Report, path: FieldPath, value: JsonValue, allowed: readonly JsonValue[]): void {
  const texts = allowed.filter((item) => typeof item === 'string' && item !== '') as string[]; // filtered by typeof
  const near = typeof value === 'string' ? nearestName(value, texts) : undefined;
  report.add(
    'unsupported-value',
    path,
    { value: shown(value), allowed: allowed.map((item) => JSON.stringify(item)).join(', ') },
    near === undefined ? {} : { fix: { title: 'fix-replace', text: near } },
  );
}

export function reportWrongType(report: Report, path: FieldPath, value: JsonValue, expected: SchemaType): void {
  const node = report.nodeAt(path);
  if (typeof value === 'string' && node?.isPlain && (expected === 'object' || expected === 'array')) {
    const misreadings = findMisreadings(report.text, node);
    if (misreadings.length > 0) {
      for (const found of misreadings) report.addFinding(found);
      return;
    }
  }
  const fixed = node && retyped(report.text.slice(node.start, node.end), value, expected);
  report.add(
    'wrong-type',
    path,
    { expected, found: typeName(value) },
    fixed === undefined
      ? { aim: isObject(value) || isArray(value) ? 'head' : 'value' }
      : { fix: { title: expected === 'string' ? 'fix-quote' : 'fix-unquote', text: fixed } },
  );
}

/** The text that would have the expected type, if quotes alone make the difference. */
function retyped(source: string, value: JsonValue, expected: SchemaType): string | undefined {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return JSON.stringify(source);
  if (typeof value !== 'string') return undefined;
  if (expected === 'integer' && /^-?(0|[1-9][0-9]*)$/.test(value)) return value;
  if (expected === 'boolean' && (value === 'true' || value === 'false')) return value;
  return undefined;
}

/** A value inside a message: short enough to read. */
export function shown(value: JsonValue | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

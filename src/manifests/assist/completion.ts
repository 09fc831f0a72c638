// What can stand at the cursor: fields of the kind's schema, values it lists, names that the files know.

import { simulatedAndOther } from './kind-names.ts';
import type { JsonValue } from '../json.ts';
import type { FieldPath } from '../source.ts';
import { resolveNode, typeOf } from '../structural/schema.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import { fieldKey } from './field-key.ts';
import { type DocumentSchema, type FieldSchema, schemaAt, schemaOf, textAt } from './field-schema.ts';
import { type FieldFacts, factsOf } from './hover.ts';
import type { KnownNames } from './known-names.ts';
import { knownKeys, knownValues } from './known-values.ts';

export interface Completion {
  readonly label: string;
  readonly kind: 'field' | 'value';
  /** What replaces the word; columns are absolute. */
  readonly insert: string;
  /** Whether it has tab stops, `$1` and so on. */
  readonly isSnippet: boolean;
  /** Offsets in the file of the word that is replaced. */
  readonly from: number;
  readonly to: number;
  /** Lower comes first: required, described, other fields; for values the order they were given in. */
  readonly rank: number;
  /** More can be chosen right after. */
  readonly goesOn: boolean;
  /** Of the field itself, or of the field whose value this is. */
  readonly facts: FieldFacts | undefined;
}

export interface CompletionOptions {
  readonly names: KnownNames;
  /** Whether a field has a description: those that the engine acts on come first. */
  readonly isDescribed: (key: string) => boolean;
}

/** Empty where nothing can be said. */
export function completionsAt(text: string, offset: number, options: CompletionOptions): readonly Completion[] {
  const cursor = cursorAt(text, offset);
  if (cursor === undefined) return [];
  const schema = schemaOf(cursor.object);
  const field = schemaAt(schema, cursor.path);
  if (field === undefined) return [];
  const isScalar = field.node.properties === undefined && field.node.values === undefined;
  // `- GET` looks like a key until its colon; the schema knows that it is an item.
  if (cursor.role === 'value' || (isScalar && typeof cursor.path.at(-1) === 'number'))
    return valuesAt(cursor, schema, field, options);
  return keysAt(cursor, schema, field, options);
}

function keysAt(
  cursor: Cursor,
  schema: DocumentSchema,
  field: FieldSchema,
  { names, isDescribed }: CompletionOptions,
): readonly Completion[] {
  const listed = Object.keys(field.node.properties ?? {});
  const free = knownKeys(fieldKey(schema.kind, cursor.path), { names, object: cursor.object, path: cursor.path });
  return [...listed, ...free]
    .filter((name) => !cursor.siblings.includes(name))
    .map((name, at) => {
      const path = [...cursor.path, name];
      const facts = factsOf(schema, cursor.object, path);
      const rank = facts?.isRequired === true ? 0 : facts !== undefined && isDescribed(facts.key) ? 1 : 2;
      const own = schemaAt(schema, path);
      const isClosed = cursor.hasColon || own === undefined;
      const insert = isClosed ? name : name + afterKey(own, cursor.indent);
      const goesOn = !cursor.hasColon && (insert.endsWith(': ') || insert.endsWith('  ') || insert.endsWith('- '));
      const { from, to } = cursor;
      const isSnippet = insert.includes('$1');
      return {
        label: name,
        kind: 'field' as const,
        insert,
        isSnippet,
        from,
        to,
        rank: rank * 1_000 + at,
        goesOn,
        facts,
      };
    });
}

/** What follows a key: a blank for a scalar, the next line for what has fields of its own, with those that must be there. */
function afterKey(field: FieldSchema, indent: number): string {
  const below = `\n${' '.repeat(indent)}`;
  switch (typeOf(field.node)) {
    case 'array': {
      const item = field.node.items === undefined ? undefined : resolveNode(field.node.items, field.definitions);
      const inside =
        item?.properties === undefined ? '' : requiredOf({ node: item, definitions: field.definitions }, indent + 2);
      return `:${below}- ${inside}`;
    }
    case 'object':
      return field.node.properties === undefined && field.node.values === undefined
        ? ': '
        : `:${below}  ${requiredOf(field, indent + 2)}`;
    default:
      return ': ';
  }
}

/** The required scalars of an object, each with a tab stop; empty when there are none. */
function requiredOf({ node, definitions }: FieldSchema, indent: number): string {
  const scalars = (node.required ?? []).filter((name) => {
    const property = node.properties?.[name];
    return property !== undefined && !['array', 'object'].includes(typeOf(resolveNode(property, definitions)));
  });
  return scalars.map((name, at) => `${name}: $${at + 1}`).join(`\n${' '.repeat(indent)}`);
}

function valuesAt(
  cursor: Cursor,
  schema: DocumentSchema,
  field: FieldSchema,
  { names }: CompletionOptions,
): readonly Completion[] {
  const { path, object, from, to } = cursor;
  const facts = factsOf(schema, object, path);
  const listed = (field.node.enum ?? []).map(written);
  const booleans = typeOf(field.node) === 'boolean' ? ['true', 'false'] : [];
  const known = knownValues(fieldKey(schema.kind, path), { names, object, path });
  const usual = facts?.default === undefined ? [] : [written(facts.default)];
  const all = [...objectValues(cursor), ...listed, ...booleans, ...known, ...usual];
  const prefix = cursor.needsSpace ? ' ' : '';
  return [...new Set(all)].map((label, rank) => ({
    label,
    kind: 'value' as const,
    insert: prefix + label,
    isSnippet: false,
    from,
    to,
    rank,
    goesOn: false,
    facts,
  }));
}

/** `kind` and `apiVersion` follow from each other. */
function objectValues({ path, object }: Cursor): readonly string[] {
  if (isPath(path, 'kind')) return simulatedAndOther(textAt(object, 'apiVersion')).map(({ kind }) => kind);
  if (!isPath(path, 'apiVersion')) return [];
  const kind = textAt(object, 'kind');
  const fitting = simulatedAndOther('').filter((known) => kind === '' || known.kind === kind);
  return fitting.map(({ apiVersion }) => apiVersion);
}

function isPath(path: FieldPath, name: string): boolean {
  return path.length === 1 && path[0] === name;
}

/** As it would be written in YAML. */
function written(value: JsonValue): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return value === '' ? '""' : value;
}

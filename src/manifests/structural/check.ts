// Holds a value against its schema as the API server does: drops nulls that mean "absent", reports and drops unknown fields,
// fills in the schema's defaults, then checks types and limits. One walk; the result is a new value.

import { entries, get, isArray, isObject, type JsonDraft, type JsonObject, type JsonValue, setKey } from '../json.ts';
import { findMisreadings } from '../misreading.ts';
import { nearestName } from '../near-name.ts';
import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { formatHolds } from './formats.ts';
import { hasType, scalarText, zeroOf } from './value-type.ts';
import { addUnsupported, reportWrongType, shown } from './wrong-value.ts';
import { resolveNode, type SchemaNode, type SchemaObject, type SchemaType, typeOf } from './schema.ts';

/**
 * The two ways of the API server. `go`: a built-in kind is decoded into Go structs, null means absent, and what is required
 * is checked only where `checksRequired`. `crd`: a custom resource is checked against its structural schema.
 */
export interface Dialect {
  readonly kind: 'go' | 'crd';
  readonly checksRequired: boolean;
  /** Takes a number or a boolean for the text it was meant to be, and null for absent, after reporting it. */
  readonly coerces: boolean;
}

export interface Checked {
  readonly value: JsonValue;
  /** Every value has the type its schema states and nothing required is missing: it may be used as its TypeScript type. */
  readonly isSound: boolean;
}

export interface CheckOptions {
  readonly schema: SchemaNode;
  readonly definitions: readonly SchemaNode[];
  readonly dialect: Dialect;
  readonly report: Report;
  /** Where the value stands in its object. */
  readonly path: FieldPath;
}

export function checkStructure(value: JsonValue, options: CheckOptions): Checked {
  const walk = new Walk(options);
  const checked = walk.check(value, resolveNode(options.schema, options.definitions));
  return { value: checked ?? null, isSound: walk.isSound };
}

const int32Max = 2_147_483_647;

/** Fields of Kubernetes' own kinds that hold 64 bits. Source: kubernetes/api:core/v1/types.go, meta/v1/types.go at v0.34. */
const wideFields: ReadonlySet<string | number> = new Set([
  'activeDeadlineSeconds',
  'defaultRequest',
  'deletionGracePeriodSeconds',
  'expirationSeconds',
  'fsGroup',
  'generation',
  'observedGeneration',
  'runAsGroup',
  'runAsUser',
  'seconds',
  'supplementalGroups',
  'terminationGracePeriodSeconds',
  'tolerationSeconds',
]);

class Walk {
  isSound = true;
  readonly #definitions: readonly SchemaNode[];
  readonly #dialect: Dialect;
  readonly #report: Report;
  /** Where the walk stands; grows and shrinks with it. */
  readonly #path: (string | number)[];

  constructor({ definitions, dialect, report, path }: CheckOptions) {
    this.#definitions = definitions;
    this.#dialect = dialect;
    this.#report = report;
    this.#path = [...path];
  }

  /** The value to store, or undefined when the field is to be treated as absent. */
  check(value: JsonValue, schema: SchemaObject): JsonValue | undefined {
    if (value === null) return this.#checkNull(schema);
    const type = typeOf(schema);
    if (!hasType(value, type)) {
      const text = this.#dialect.coerces && type === 'string' ? scalarText(value) : undefined;
      this.#wrongType(value, type, text !== undefined);
      return text;
    }
    if (type === 'any') return value;
    if (isObject(value)) return this.#checkObject(value, schema);
    if (isArray(value)) return this.#checkArray(value, schema);
    this.#checkScalar(value, schema, type);
    return value;
  }

  #checkNull(schema: SchemaObject): JsonValue | undefined {
    if (schema.nullable || typeOf(schema) === 'any') return null;
    // Absent: built-in kinds read it so, and of custom ones the API server prunes it. Only an item of a list stays what it is.
    // Source: kubernetes/apiextensions-apiserver:pkg/apiserver/schema/defaulting/prunenulls.go.
    const isItem = typeof this.#path.at(-1) === 'number';
    if (this.#dialect.kind === 'go' || !isItem) return undefined;
    this.#wrongType(null, typeOf(schema), this.#dialect.coerces);
    return undefined;
  }

  #checkObject(object: JsonObject, schema: SchemaObject): JsonObject {
    const { properties, values } = schema;
    if (!properties && !values) return object; // a free object is kept whole
    const result: JsonDraft = {};
    for (const [key, value] of entries(object)) {
      const child = properties && Object.hasOwn(properties, key) ? properties[key] : values;
      if (child === undefined) {
        if (schema.keep) setKey(result, key, value);
        else this.#unknownField(key, properties ?? {});
        continue;
      }
      this.#path.push(key);
      const node = resolveNode(child, this.#definitions);
      let checked = this.check(value, node);
      const isGoMapValue = this.#dialect.kind === 'go' && values !== undefined && child === values;
      if (value === null && checked === undefined && isGoMapValue) checked = zeroOf(node);
      if (checked !== undefined) setKey(result, key, checked);
      this.#path.pop();
    }
    this.#fillDefaults(result, properties ?? {});
    this.#checkRequired(result, schema);
    this.#checkChoices(result, schema);
    const count = Object.keys(result).length;
    if (schema.maxProperties !== undefined && count > schema.maxProperties) {
      this.#add('too-many-items', { count, limit: schema.maxProperties });
    }
    if (schema.minProperties !== undefined && count < schema.minProperties) {
      this.#add('too-few-items', { count, limit: schema.minProperties });
    }
    return result;
  }

  #fillDefaults(result: JsonDraft, properties: Readonly<Record<string, SchemaNode>>): void {
    for (const [key, child] of Object.entries(properties)) {
      const node = resolveNode(child, this.#definitions);
      if (node.default === undefined || Object.hasOwn(result, key)) continue;
      this.#path.push(key);
      setKey(result, key, this.check(node.default, node) ?? node.default);
      this.#path.pop();
    }
  }

  #checkRequired(result: JsonObject, schema: SchemaObject): void {
    if (!this.#dialect.checksRequired) return;
    for (const key of schema.required ?? []) {
      if (Object.hasOwn(result, key)) continue;
      this.isSound = false;
      this.#path.push(key);
      // A field that is there but of the wrong type has been reported already.
      const written = this.#report.nodeAt(this.#path);
      if (!written || isEmptyText(this.#report, written)) this.#add('required-field', {}, 'head');
      this.#path.pop();
    }
  }

  #checkChoices(result: JsonObject, schema: SchemaObject): void {
    for (const group of schema.atMostOne ?? []) {
      const present = group.filter((key) => Object.hasOwn(result, key));
      const [, second] = present;
      if (second === undefined) continue;
      this.#path.push(second);
      this.#report.add('at-most-one-of', this.#path, { fields: present.join(', ') }, { aim: 'key' });
      this.#path.pop();
    }
    const address = get(result, 'value');
    if (schema.ipWhenType !== undefined && typeof address === 'string') {
      const type = get(result, 'type') ?? schema.ipWhenType;
      if (type === schema.ipWhenType && !formatHolds('ip', address)) {
        this.#path.push('value');
        this.#add('wrong-format', { value: address, format: 'IP' });
        this.#path.pop();
      }
    }
  }

  #checkArray(array: readonly JsonValue[], schema: SchemaObject): readonly JsonValue[] {
    const node = resolveNode(schema.items ?? 'any', this.#definitions);
    const result: JsonValue[] = [];
    for (const [index, item] of array.entries()) {
      this.#path.push(index);
      // Dropping an item would shift the others away from their places in the text.
      const goNull = item === null && this.#dialect.kind === 'go';
      const checked = goNull ? this.check(zeroOf(node), node) : this.check(item, node);
      result.push(checked ?? (this.#dialect.coerces ? zeroOf(node) : null));
      this.#path.pop();
    }
    if (schema.maxItems !== undefined && array.length > schema.maxItems) {
      this.#add('too-many-items', { count: array.length, limit: schema.maxItems }, 'head');
    }
    if (schema.minItems !== undefined && array.length < schema.minItems) {
      this.#add('too-few-items', { count: array.length, limit: schema.minItems }, 'head');
    }
    if (schema.listKeys) this.#checkUnique(result, schema.listKeys);
    return result;
  }

  #checkUnique(items: readonly JsonValue[], keys: readonly string[]): void {
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      const identity = keys.length === 0 ? item : keys.map((key) => (isObject(item) ? (get(item, key) ?? null) : null));
      const text = JSON.stringify(identity);
      if (seen.has(text)) {
        this.#path.push(index);
        const value =
          keys.length === 0 ? shown(item) : keys.map((key, at) => `${key}: ${shown(itemAt(identity, at))}`).join(', ');
        this.#add('duplicate-value', { value }, 'head');
        this.#path.pop();
      }
      seen.add(text);
    }
  }

  #checkScalar(value: string | number | boolean, schema: SchemaObject, type: SchemaType): void {
    if (schema.enum && !schema.enum.includes(value)) {
      addUnsupported(this.#report, this.#path, value, schema.enum);
      return;
    }
    if (typeof value === 'number') {
      this.#checkRange(value, type);
      if (schema.maximum !== undefined && value > schema.maximum)
        this.#add('too-large', { value, limit: schema.maximum });
      if (schema.minimum !== undefined && value < schema.minimum)
        this.#add('too-small', { value, limit: schema.minimum });
      return;
    }
    if (typeof value === 'boolean') return;
    const format = schema.format ?? (type === 'quantity' || type === 'time' || type === 'base64' ? type : undefined);
    if (format && !formatHolds(format, value)) this.#add('wrong-format', { value: shown(value), format });
    const { minLength, maxLength, pattern } = schema;
    // Lengths count code points, which are never more than UTF-16 units.
    const length = maxLength !== undefined && value.length > maxLength ? Array.from(value).length : value.length;
    if (maxLength !== undefined && length > maxLength) this.#add('too-long', { length, limit: maxLength });
    if (minLength !== undefined && value.length < minLength)
      this.#add('too-short', { length: value.length, limit: minLength });
    if (pattern !== undefined && !compiled(pattern).test(value))
      this.#add('pattern-mismatch', { value: shown(value), pattern });
  }

  /** Go decodes a whole number of a built-in kind into 32 bits, but for a few fields. */
  #checkRange(value: number, type: SchemaType): void {
    if (this.#dialect.kind !== 'go' || (type !== 'integer' && type !== 'int-or-string')) return;
    if (this.#path.some((step) => wideFields.has(step))) return;
    if (value > int32Max) this.#add('too-large', { value, limit: int32Max });
    if (value < -int32Max - 1) this.#add('too-small', { value, limit: -int32Max - 1 });
  }

  #unknownField(key: string, properties: Readonly<Record<string, SchemaNode>>): void {
    this.#path.push(key);
    const span = this.#report.spanOf(this.#path, 'key');
    const misreadings = findMisreadings(this.#report.text, span);
    if (misreadings.length > 0) {
      for (const found of misreadings) this.#report.addFinding(found);
    } else {
      const near = nearestName(key, Object.keys(properties));
      if (near === undefined) this.#report.add('unknown-field', this.#path, {}, { aim: 'key' });
      else
        this.#report.add(
          'unknown-field-near',
          this.#path,
          { near },
          { aim: 'key', fix: { title: 'fix-replace', text: near } },
        );
    }
    this.#path.pop();
  }

  #wrongType(value: JsonValue, expected: SchemaType, isMended: boolean): void {
    if (!isMended) this.isSound = false;
    reportWrongType(this.#report, this.#path, value, expected);
  }

  #add<K extends Parameters<Report['add']>[0]>(
    message: K,
    params: Parameters<typeof Report.prototype.add<K>>[2],
    aim: 'value' | 'key' | 'head' = 'value',
  ): void {
    this.#report.add(message, this.#path, params, { aim });
  }
}

function isEmptyText(report: Report, node: { readonly start: number; readonly end: number }): boolean {
  const source = report.text.slice(node.start, node.end);
  return source === '' || source === '~' || /^null$/i.test(source);
}

function itemAt(value: JsonValue, index: number): JsonValue {
  return isArray(value) ? (value[index] ?? null) : null;
}

const patterns = new Map<string, RegExp>();

function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known) return known;
  const expression = new RegExp(pattern);
  patterns.set(pattern, expression);
  return expression;
}

// What is wrong with a scenario file: the schema's issues as diagnostics with their place, and the file without them.
import type { BaseIssue } from 'valibot';
import type { Diagnostic, FieldPath, JsonValue, MessageKey, Resource } from '../manifests/index.ts';
import { fieldName, nearestName } from '../manifests/index.ts';

export type ScenarioMessage = Extract<MessageKey, `scenario-${string}`>;

type Issue = BaseIssue<unknown>;

/** A file in which no scenario could be found. */
export function missingScenario(path: string): Diagnostic {
  const start = { line: 1, column: 1, offset: 0 };
  const message = 'scenario-missing';
  return { code: message, severity: 'error', path, range: { start, end: start }, message, params: {} };
}

/** One issue of the schema as a diagnostic at its field. */
export function diagnosticOf(issue: Issue, resource: Resource, schema: unknown): Diagnostic {
  const path: FieldPath = ['spec', ...pathOf(issue)];
  const { message, params } = wordsOf(issue, path, schema);
  const isAboutKey = message === 'unknown-field' || message === 'unknown-field-near';
  return {
    code: message,
    severity: 'error',
    path: resource.source.path,
    range: isAboutKey ? resource.source.locateKey(path) : resource.source.locate(path),
    message,
    params: { field: fieldName(path), ...params },
    resource: { kind: resource.kind, namespace: resource.metadata.namespace, name: resource.metadata.name },
  };
}

function pathOf(issue: Issue): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

type Words = Pick<Diagnostic, 'message' | 'params'>;

function wordsOf(issue: Issue, path: FieldPath, schema: unknown): Words {
  const value = shown(issue.input);
  if (issue.message.startsWith('scenario-')) {
    // The schema was given nothing but our own keys as messages.
    return { message: issue.message as ScenarioMessage, params: { value } };
  }
  const limit = typeof issue.requirement === 'number' ? issue.requirement : 0;
  switch (issue.type) {
    case 'strict_object':
      if (issue.expected === 'never') return unknownField(path, schema);
      return issue.input === undefined ? { message: 'required-field', params: {} } : wrongType(issue);
    case 'picklist':
    case 'literal':
      return { message: 'unsupported-value', params: { value, allowed: allowedBy(issue) } };
    case 'min_value':
      return { message: 'too-small', params: { value, limit } };
    case 'max_value':
      return { message: 'too-large', params: { value, limit } };
    case 'min_length':
      if (!Array.isArray(issue.input)) return { message: 'too-short', params: { length: 0, limit } };
      return { message: 'too-few-items', params: { count: issue.input.length, limit } };
    case 'max_length':
      return {
        message: 'too-many-items',
        params: { count: Array.isArray(issue.input) ? issue.input.length : 0, limit },
      };
    default:
      return issue.input === undefined ? { message: 'required-field', params: {} } : wrongType(issue);
  }
}

function unknownField(path: FieldPath, schema: unknown): Words {
  const near = nearestName(String(path.at(-1)), fieldsAt(schema, path.slice(1, -1)));
  return near === undefined
    ? { message: 'unknown-field', params: {} }
    : { message: 'unknown-field-near', params: { near } };
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ['strict_object', 'object'],
  ['record', 'object'],
  ['tuple', 'array'],
]);

function wrongType(issue: Issue): Words {
  const expected = typeNames.get(issue.type) ?? issue.type;
  return { message: 'wrong-type', params: { expected, found: typeName(issue.input) } };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `("none" | "sidecar")` without the brackets. */
function allowedBy({ expected }: Issue): string {
  return (expected ?? '').replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ', ');
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

interface SchemaShape {
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly wrapped?: unknown;
  readonly item?: unknown;
  readonly options?: readonly unknown[];
}

/** The fields that the schema knows at a path, of all its variants. */
function fieldsAt(schema: unknown, path: FieldPath): readonly string[] {
  const { entries, wrapped, item, options } = (schema ?? {}) as SchemaShape; // the parts of a valibot schema, each checked before use
  if (wrapped !== undefined) return fieldsAt(wrapped, path);
  if (Array.isArray(options)) return options.flatMap((option) => fieldsAt(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(entries ?? {});
  if (typeof step === 'number') return fieldsAt(item, rest);
  return entries !== undefined && Object.hasOwn(entries, step) ? fieldsAt(entries[step], rest) : [];
}

/** A copy without what the issues are about: a call, a listener or an intervention goes as a whole, else the single field. */
export function withoutMistakes(spec: JsonValue, issues: readonly Issue[]): JsonValue {
  const places = new Set(issues.map((issue) => JSON.stringify(partOf(pathOf(issue), issue.input === undefined))));
  return without(spec, [], places);
}

function partOf(path: readonly (string | number)[], isMissing: boolean): readonly (string | number)[] {
  const at = path.findLastIndex((step) => typeof step === 'number');
  const isItemOfProgram = at === 1 && path[0] === 'programs';
  if (at >= 0 && !isItemOfProgram) return path.slice(0, at + 1);
  if (isItemOfProgram) return isMissing && path.length === 3 ? path.slice(0, 2) : path.slice(0, 3);
  return isMissing ? path.slice(0, -1) : path;
}

function without(value: JsonValue, path: readonly (string | number)[], places: ReadonlySet<string>): JsonValue {
  const isKept = (step: string | number): boolean => !places.has(JSON.stringify([...path, step]));
  if (places.has(JSON.stringify(path))) return {};
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[]; // narrowed by isArray
    return items.flatMap((item, index) => (isKept(index) ? [without(item, [...path, index], places)] : []));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (isKept(key) ? [[key, without(item, [...path, key], places)]] : [])),
  );
}

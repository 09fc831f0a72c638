// What somebody changed: two sets of manifests compared object by object, field by field. Comments, order and files do not count.
import type { JsonObject, JsonValue, Resource } from '../manifests/index.ts';
import type { AllowedEdit, Form, FormValue, ObjectName, ObjectPath } from './model/index.ts';

export interface Change {
  readonly object: ObjectName;
  /** Empty: the whole object is new or gone. */
  readonly path: ObjectPath;
  readonly from: JsonValue | undefined;
  readonly to: JsonValue | undefined;
}

/** The smallest fields that differ, in the order of the objects. A mapping that is missing counts as an empty one. */
export function changesBetween(start: readonly Resource[], edited: readonly Resource[]): readonly Change[] {
  const key = (resource: Resource): string =>
    `${resource.kind}/${resource.metadata.namespace}/${resource.metadata.name}`;
  const before = new Map(start.map((resource) => [key(resource), resource]));
  const after = new Map(edited.map((resource) => [key(resource), resource]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((identity) => {
    const from = before.get(identity);
    const to = after.get(identity);
    const known = to ?? from;
    if (known === undefined) return [];
    const { kind, metadata } = known;
    const object: ObjectName = { kind, namespace: metadata.namespace, name: metadata.name };
    if (from === undefined || to === undefined) return [{ object, path: [], from: from?.object, to: to?.object }];
    return changedFields(from.object, to.object, []).map((change) => ({ object, ...change }));
  });
}

type FieldChange = Omit<Change, 'object'>;

function changedFields(
  from: JsonValue | undefined,
  to: JsonValue | undefined,
  path: ObjectPath,
): readonly FieldChange[] {
  if (from === to) return [];
  if (isMapping(from) || isMapping(to)) {
    const left = isMapping(from) ? from : from === undefined ? {} : undefined;
    const right = isMapping(to) ? to : to === undefined ? {} : undefined;
    if (left === undefined || right === undefined) return [{ path, from, to }];
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return names.flatMap((name) => changedFields(own(left, name), own(right, name), [...path, name]));
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    return from.flatMap((item: JsonValue, index) => changedFields(item, to[index] as JsonValue, [...path, index])); // both have the same length
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
}

/** A key such as `__proto__` is a field like any other. */
function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isMapping(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Changes that a lesson does not allow. */
export function forbiddenChanges(changes: readonly Change[], allowed: readonly AllowedEdit[]): readonly Change[] {
  return changes.filter(
    ({ object, path }) => !allowed.some((edit) => isMeant(object, edit.object) && beginsWith(path, edit.path)),
  );
}

/** Changes that cannot be made with the lesson's forms alone. */
export function changesOutsideForms(changes: readonly Change[], forms: readonly Form[]): readonly Change[] {
  return changes.filter(
    (change) =>
      !forms.some(({ object, path, control }) => {
        if (!isMeant(change.object, object) || !beginsWith(change.path, path)) return false;
        const to = change.to ?? null;
        const inside = change.path.slice(path.length);
        if (control.kind === 'select')
          return control.options.some((option) => JSON.stringify(valueIn(option, inside)) === JSON.stringify(to));
        return inside.length === 0 && typeof to === 'number' && to >= control.min && to <= control.max;
      }),
  );
}

/** Whether every one of `changes` is among `others`. A new object is recognised by its kind and spec: its name is free. */
export function includesChanges(others: readonly Change[], changes: readonly Change[]): boolean {
  const made = new Set(others.map(fingerprint));
  return changes.every((change) => made.has(fingerprint(change)));
}

function fingerprint({ object, path, to }: Change): string {
  const value = to ?? null;
  if (path.length === 0 && isMapping(value))
    return JSON.stringify([object.kind, object.namespace, value['spec'] ?? null]);
  return JSON.stringify([object, path, value]);
}

/** A change in words: `Deployment/shop/orders spec.replicas`, `Namespace/shop metadata.labels.app`. */
export function describeChange({ object, path }: Change): string {
  const { kind, namespace, name } = object;
  return `${[kind, namespace, name].filter((part) => part !== '').join('/')} ${path.join('.')}`.trim();
}

function isMeant(object: ObjectName, pattern: ObjectName): boolean {
  const fits = (value: string, wanted: string): boolean => wanted === '*' || wanted === value;
  return object.kind === pattern.kind && fits(object.namespace, pattern.namespace) && fits(object.name, pattern.name);
}

function beginsWith(path: ObjectPath, prefix: ObjectPath): boolean {
  return prefix.every((step, index) => path[index] === step);
}

/** What stands at a path inside an option; null where nothing does. */
function valueIn(option: FormValue, path: ObjectPath): FormValue {
  return path.reduce<FormValue>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return null;
    return (value as Readonly<Record<string, FormValue>>)[step] ?? null; // a list's items are its properties too
  }, option);
}

// The names that the files already know: what a reference can refer to.

import { isArray, isObject, type JsonObject, type JsonValue } from '../json.ts';
import { splitDocuments } from '../documents.ts';
import type { ManifestFile } from '../source.ts';
import { contentOf, DOCUMENT_CHARACTERS_MAX, readLeniently } from './cursor.ts';
import { textAt, valueAt } from './field-schema.ts';

export interface KnownObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}

export interface KnownNames {
  readonly namespaces: readonly string[];
  readonly objects: readonly KnownObject[];
}

/** All files together; beyond this nothing is looked up, because reading would hold up the typing. */
const CHARACTERS_MAX = 600_000;

// Reading is by document and kept while its text stays the same, so a key stroke costs one document.
let kept = new Map<string, readonly KnownObject[]>();

/** Lenient: a document with mistakes still has a name. */
export function knownNamesOf(files: readonly ManifestFile[]): KnownNames {
  if (files.reduce((sum, { text }) => sum + text.length, 0) > CHARACTERS_MAX) return { namespaces: [], objects: [] };
  const next = new Map<string, readonly KnownObject[]>();
  for (const { text } of files.flatMap((file) => splitDocuments(file.text))) {
    if (text.length <= DOCUMENT_CHARACTERS_MAX) next.set(text, kept.get(text) ?? objectsIn(text));
  }
  kept = next;
  const objects = [...next.values()].flat();
  const named = objects.map(({ kind, namespace, name }) => (kind === 'Namespace' ? name : namespace));
  return { namespaces: unique(['default', ...named]), objects };
}

function objectsIn(text: string): readonly KnownObject[] {
  const object = contentOf(readLeniently(text));
  const items = valueAt(object, ['items']);
  const all = isArray(items) ? items.filter(isObject) : [object];
  return all.flatMap((one) => {
    const [kind, name] = [textAt(one, 'kind'), textOf(valueAt(one, ['metadata', 'name']))];
    const namespace = textOf(valueAt(one, ['metadata', 'namespace']));
    return kind === '' || name === '' ? [] : [{ kind, name, namespace: namespace || 'default', object: one }];
  });
}

/** The labels that pods of these files carry: key -> values. */
export function podLabels(
  { objects }: KnownNames,
  namespace: string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, readonly string[]>();
  for (const known of objects) {
    if (namespace !== undefined && known.namespace !== namespace) continue;
    const place = known.kind === 'Pod' ? ['metadata', 'labels'] : ['spec', 'template', 'metadata', 'labels'];
    const own = valueAt(known.object, place);
    if (!isObject(own)) continue;
    for (const [key, value] of Object.entries(own))
      labels.set(key, unique([...(labels.get(key) ?? []), textOf(value)]));
  }
  return labels;
}

/** Ports of the containers of a pod or pod template. */
export function containerPorts(object: JsonObject): readonly { readonly name: string; readonly port: number }[] {
  const spec = valueAt(object, ['kind']) === 'Pod' ? ['spec'] : ['spec', 'template', 'spec'];
  return listAt(object, [...spec, 'containers'])
    .flatMap((container) => listAt(container, ['ports']))
    .flatMap((port) => {
      const number = valueAt(port, ['containerPort']);
      return typeof number === 'number' ? [{ name: textOf(valueAt(port, ['name'])), port: number }] : [];
    });
}

export function servicePorts(object: JsonObject): readonly number[] {
  return listAt(object, ['spec', 'ports']).flatMap((port) => {
    const number = valueAt(port, ['port']);
    return typeof number === 'number' ? [number] : [];
  });
}

function listAt(value: JsonValue, path: readonly string[]): readonly JsonValue[] {
  const list = valueAt(value, path);
  return isArray(list) ? list : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== '');
}

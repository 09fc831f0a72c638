// The objects of one document: usually one, or the items of a List as `kubectl get -o yaml` prints them.

import { type Finding, finding } from './finding.ts';
import { get, isArray, isObject, type JsonObject, type JsonValue } from './json.ts';
import { findMisreadings } from './misreading.ts';
import { type ObjectOptions, type ObjectReading, readObject } from './object.ts';
import type { SourceNode } from './source-tree.ts';
import { typeName } from './structural/value-type.ts';
import type { YamlContent } from './yaml-value.ts';

export function readObjects({ value, tree }: YamlContent, text: string, options: ObjectOptions): ObjectReading[] {
  if (value === null) return []; // kubectl skips empty documents
  if (!isObject(value)) return [rejected(notAnObject(value, tree, text))];
  return readListed(value, tree, text, options);
}

/** Lists may hold lists, and kubectl reads those too. Source: kubernetes/cli-runtime:pkg/resource/visitor.go FlattenListVisitor. */
function readListed(value: JsonObject, tree: SourceNode, text: string, options: ObjectOptions): ObjectReading[] {
  const items = listItems(value);
  if (!items) return [readObject(value, tree, text, options)];
  const itemKind = singularKind(value);
  const itemTrees = tree.entries?.get('items')?.value.items;
  return items.flatMap((item, index) => {
    const itemTree = itemTrees?.[index] ?? tree;
    if (!isObject(item)) return [rejected([finding('list-item-not-an-object', itemTree, { found: typeName(item) })])];
    return readListed({ ...itemKind, ...item }, itemTree, text, options);
  });
}

/** kubectl takes any kind named ...List that has a list of items for a list, and reads its items. */
function listItems(value: JsonObject): readonly JsonValue[] | undefined {
  const kind = get(value, 'kind');
  const items = get(value, 'items');
  if (typeof kind !== 'string' || !kind.endsWith('List')) return undefined;
  return isArray(items) ? items : items === undefined || items === null ? [] : undefined;
}

/** The items of a typed list (`ServiceList`) need not say what they are. */
function singularKind(value: JsonObject): JsonObject {
  const kind = get(value, 'kind');
  const apiVersion = get(value, 'apiVersion');
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || kind === 'List') return {};
  return { apiVersion, kind: kind.slice(0, -'List'.length) };
}

function rejected(findings: readonly Finding[]): ObjectReading {
  return { ref: undefined, findings };
}

function notAnObject(value: JsonValue, tree: SourceNode, text: string): Finding[] {
  const misreadings = typeof value === 'string' && tree.isPlain ? findMisreadings(text, tree) : [];
  if (misreadings.length > 0) return misreadings;
  const end = Math.min(tree.end, endOfLine(text, tree.start));
  return [finding('not-an-object', { start: tree.start, end }, { found: typeName(value) })];
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline;
}

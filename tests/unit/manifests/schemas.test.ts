import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { customGroups } from '../../../src/manifests/crd-parts.ts';
import { experimentalSchemas } from '../../../src/manifests/experimental.ts';
import { kindDefinitions, schemaFiles as served } from './all-kinds.ts';
import { folderOfKind } from './kind-folder.ts';
import { resolveNode, type SchemaNode } from '../../../src/manifests/structural/schema.ts';

const schemaFiles = [...served, experimentalSchemas];

const types = new Set([
  ...[
    'any',
    'object',
    'array',
    'string',
    'integer',
    'number',
    'boolean',
    'int-or-string',
    'quantity',
    'time',
    'base64',
  ],
]);

describe.each(schemaFiles.map((file) => [file.source, file] as const))('schemas of %s', (_source, file) => {
  const { definitions, kinds, metadata } = file;
  const roots = kinds.flatMap(({ versions }) => versions.map(([, schema]) => schema));

  it('refer only to earlier definitions, name known types, and have patterns that compile', () => {
    const check = (node: SchemaNode, before: number): void => {
      if (typeof node === 'string') {
        if (node.startsWith('#')) expect(Number(node.slice(1))).toBeLessThan(before);
        else expect(types).toContain(node);
        return;
      }
      if (node.type) expect(types).toContain(node.type);
      if (node.pattern !== undefined) expect(() => new RegExp(node.pattern ?? '')).not.toThrow();
      for (const child of [...Object.values(node.properties ?? {}), node.values, node.items]) {
        if (child !== undefined) check(child, before);
      }
    };
    for (const [index, definition] of definitions.entries()) check(definition, index);
    for (const root of [...roots, ...(metadata ? [metadata] : [])]) check(root, definitions.length);
  });

  it('describe an object for every version of every kind', () => {
    expect(kinds.length).toBeGreaterThan(10);
    for (const root of roots) expect(resolveNode(root, definitions).properties).toBeDefined();
  });
});

describe('the CEL rules of the CRDs', () => {
  it('are kept as data', () => {
    const rules = new Set<string>();
    const collect = (node: SchemaNode): void => {
      if (typeof node === 'string') return;
      for (const { rule } of node.rules ?? []) rules.add(rule);
      for (const child of [...Object.values(node.properties ?? {}), node.values, node.items]) if (child) collect(child);
    };
    for (const { definitions, kinds } of schemaFiles) {
      definitions.forEach(collect);
      for (const { versions } of kinds) for (const [, schema] of versions) collect(schema);
    }
    expect(rules.size).toBeGreaterThanOrEqual(130);
  });
});

describe('the list of kinds', () => {
  it('holds every folder of kinds/', () => {
    const folders = readdirSync(new URL('../../../src/manifests/kinds/', import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(kindDefinitions.map(folderOfKind).sort()).toEqual(folders.sort());
  });

  it('has a schema for each of its kinds', () => {
    for (const { group, kind } of kindDefinitions) {
      const known = schemaFiles.some((file) =>
        file.kinds.some((schema) => schema.group === group && schema.kind === kind),
      );
      expect(known, `${group}/${kind}`).toBe(true);
    }
  });
});

describe('the groups of CRDs', () => {
  it('are those of their schemas', () => {
    const custom = served.slice(1).flatMap(({ kinds }) => kinds.map(({ group }) => group));
    expect([...new Set([...custom, ...experimentalSchemas.kinds.map(({ group }) => group)])].sort()).toEqual(
      customGroups,
    );
  });
});

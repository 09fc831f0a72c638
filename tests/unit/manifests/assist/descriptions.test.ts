// Every description belongs to a field that there is, and the help for scenarios knows the fields that a scenario has.

import { describe, expect, it } from 'vitest';
import { completionsAt, enumKey, fieldKey } from '../../../../src/manifests/assist/index.ts';
import { scenarioSchema } from '../../../../src/manifests/assist/scenario-schema.ts';
import { type DocumentSchema, schemaAt, schemaOf } from '../../../../src/manifests/assist/field-schema.ts';
import { resolveNode, type SchemaNode, type SchemaObject } from '../../../../src/manifests/structural/schema.ts';
import { kindDefinitions, schemaFiles } from '../all-kinds.ts';
import type { FieldPath } from '../../../../src/manifests/source.ts';
import { parseScenario } from '../../../../src/scenario/index.ts';
import { fields as en } from '../../../../src/text/fields/en.ts';
import { fields as ja } from '../../../../src/text/fields/ja.ts';

const documents = [
  ...kindDefinitions.map(({ group, kind }) => {
    const known = schemaFiles.flatMap(({ kinds }) => kinds).find((one) => one.group === group && one.kind === kind);
    const version = known?.versions[0]?.[0] ?? 'v1';
    return { apiVersion: group === '' ? version : `${group}/${version}`, kind };
  }),
  { apiVersion: 'meshscope.dev/v1', kind: 'Scenario' },
];

/** The keys of all fields of a document, values of free maps under `x`. */
function keysOf(schema: DocumentSchema, path: FieldPath, depth = 0): readonly string[] {
  const field = schemaAt(schema, path);
  if (field === undefined || depth > 14) return [];
  const own = fieldKey(schema.kind, path);
  const enums = (field.node.enum ?? []).map((value) =>
    enumKey(own, typeof value === 'string' ? value : JSON.stringify(value)),
  );
  const below = [
    ...Object.keys(field.node.properties ?? {}),
    ...(field.node.values === undefined ? [] : ['x']),
    ...(field.node.items === undefined ? [] : [0]),
  ];
  return [own, ...enums, ...below.flatMap((step) => keysOf(schema, [...path, step], depth + 1))];
}

describe('descriptions', () => {
  it('each is of a field that a simulated kind has', () => {
    const reached = new Set(documents.flatMap((document) => keysOf(schemaOf(document), [])));
    const isKnown = (key: string): boolean => {
      const [field = ''] = key.split('=');
      // Single labels and annotations stand for keys of a free map; core kinds list their values in no schema.
      return reached.has(field) || /^metadata\.(?:labels|annotations)\./.test(field);
    };
    expect(Object.keys(en).filter((key) => !isKnown(key))).toEqual([]);
  });

  it('end with a full stop in both languages, and no description is left in English', () => {
    for (const text of Object.values(en)) expect(text).toMatch(/[.。…]$/);
    for (const text of Object.values(ja)) expect(text).toMatch(/。$/);
    const same = Object.keys(en).filter((key) => en[key as keyof typeof en] === ja[key as keyof typeof ja]);
    expect(same).toEqual([]);
  });
});

describe('the help for scenarios', () => {
  it('knows no field that a scenario does not have', () => {
    const unknown = Object.keys(specFields(scenarioSchema)).filter((name) => {
      const { diagnostics } = parseScenario({
        path: 's.yaml',
        text: `apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: s}\nspec: {${name}: null}\n`,
      });
      return diagnostics.some(({ code }) => code.startsWith('unknown-field'));
    });
    expect(unknown).toEqual([]);
  });

  it('offers every field of its specification', () => {
    const text = 'apiVersion: meshscope.dev/v1\nkind: Scenario\nspec:\n  ';
    const offered = completionsAt(text, text.length, {
      names: { namespaces: [], objects: [] },
      isDescribed: () => true,
    });
    expect(offered.map(({ label }) => label).toSorted()).toEqual(Object.keys(specFields(scenarioSchema)).toSorted());
  });
});

function specFields(schema: SchemaObject): Readonly<Record<string, SchemaNode>> {
  const spec = schema.properties?.['spec'];
  return spec === undefined ? {} : (resolveNode(spec, []).properties ?? {});
}

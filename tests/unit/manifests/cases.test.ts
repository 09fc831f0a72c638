// Every file of cases/ is a test: cases/<topic>/<name>.yaml beside what reading it must give, <name>.expected.txt.
// A new case is a new file; `npx vitest run --project unit tests/unit/manifests -u` writes or renews expectations.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluateRule } from '../../../src/manifests/cel/index.ts';
import { parseManifests, toYaml } from '../../../src/manifests/index.ts';
import { kindDefinitions } from './all-kinds.ts';
import { folderOfKind } from './kind-folder.ts';
import { describeParse } from './describe-parse.ts';

const folder = new URL('cases/', import.meta.url);
const topics = readdirSync(folder).sort();

function casesOf(topic: string): string[] {
  const files = readdirSync(new URL(`${topic}/`, folder)).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => file.slice(0, -'.yaml'.length)).sort();
}

function textOf(topic: string, name: string): string {
  return readFileSync(new URL(`${topic}/${name}.yaml`, folder), 'utf8');
}

describe.each(topics)('%s', (topic) => {
  it.each(casesOf(topic))('%s', async (name) => {
    const text = textOf(topic, name);
    const parsed = parseManifests([{ path: `${name}.yaml`, text }], { evaluateRule });
    const expected = new URL(`${topic}/${name}.expected.txt`, folder);
    await expect(describeParse(parsed, text)).toMatchFileSnapshot(expected.pathname);
  });
});

describe('a kind with checks of its own', () => {
  const folders = kindDefinitions.map(folderOfKind);

  it.each(folders)('%s has a valid example that round-trips', (topic) => {
    const kind = kindDefinitions.find((definition) => folderOfKind(definition) === topic)?.kind;
    const valid = casesOf(topic).filter((name) => name.startsWith('valid'));
    expect(valid).not.toEqual([]);
    for (const name of valid) {
      const { resources, diagnostics } = parseManifests([{ path: name, text: textOf(topic, name) }]);
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(resources.map((resource) => resource.kind)).toContain(kind);
      for (const { object } of resources) {
        const again = parseManifests([{ path: 'again.yaml', text: toYaml(object) }]);
        expect(again.resources.map((resource) => resource.object)).toEqual([object]);
      }
    }
  });

  it.each(folders)('%s has an invalid example, every document of which is refused or warned of', (topic) => {
    const invalid = casesOf(topic).filter((name) => name.startsWith('invalid'));
    expect(invalid).not.toEqual([]);
    for (const name of invalid) {
      const { diagnostics, documents } = parseManifests([{ path: name, text: textOf(topic, name) }]);
      const touched = diagnostics.filter(({ severity }) => severity !== 'info').map(({ resource }) => resource?.name);
      expect(new Set(touched).size, name).toBe(documents);
    }
  });
});

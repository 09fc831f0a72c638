// Manifests as the API server holds them, for tests of pure decisions.
import { instant } from '../../../src/kernel/index.ts';
import type { StoredObject } from '../../../src/kube/index.ts';
import { newObject } from '../../../src/kube/index.ts';
import type { ResourceOf, TypedKind } from '../../../src/manifests/index.ts';
import { isKind, parseManifests } from '../../../src/manifests/index.ts';

/** The objects of a text, older ones first: one second apart. Throws when the text has mistakes. */
export function stored(text: string): readonly StoredObject[] {
  const { resources, diagnostics } = parseManifests([{ path: 'test.yaml', text }]);
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes));
  return resources.map((resource, index) =>
    newObject(resource, { uid: String(index), resourceVersion: index, createdAt: instant(index * 1_000_000) }),
  );
}

export function storedOf<K extends TypedKind>(kind: K, text: string): readonly StoredObject<ResourceOf<K>>[] {
  return stored(text).filter((object): object is StoredObject<ResourceOf<K>> => isKind(object.resource, kind));
}

// Registries that say the same to every compiler are one registry, so what was compiled from the first is there for the others. A search
// runs one small mesh through hundreds of schedules, and in most of them istiod comes to know the same in the same order. Pure: whether
// a registry was known can be seen in no configuration, only in the time it takes.
import type { StoredObject } from '../../kube/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Compiler } from './istiod.ts';
import { isRead } from './relevance.ts';

/** A larger mesh is hardly ever the same twice, and long to compare. */
const objectsMax = 300;
const registriesMax = 64;
/** Texts of some kilobytes each. */
const textsMax = 2_000;

const registries = new Map<string, Registry>();
/** Text -> its number. Numbers are never given twice. */
const texts = new Map<string, number>();
/** What never changes -> its number. */
const numbers = new WeakMap<object, number>();
let next = 0;

/** Each registry with the first one that says the same. */
const firsts = new WeakMap<Registry, Registry>();

/** A compiler that compiles once what registries say alike. */
export function onceForAll({ scopeOf, compile }: Omit<Compiler, 'proxy'>): Omit<Compiler, 'proxy'> {
  const compiled = new WeakMap<Registry, Map<string, object>>();
  return {
    scopeOf: (node, registry) => scopeOf(node, knownRegistry(registry)),
    compile(registry, node) {
      const known = knownRegistry(registry);
      const scope = scopeOf(node, known);
      const byScope = compiled.get(known) ?? new Map<string, object>();
      compiled.set(known, byScope);
      const content = byScope.get(scope) ?? compile(known, node);
      byScope.set(scope, content);
      return content;
    },
  };
}

/** The first registry that says what this one says, its revision apart. */
export function knownRegistry(registry: Registry): Registry {
  let first = firsts.get(registry);
  if (first === undefined) firsts.set(registry, (first = find(registry)));
  return first;
}

function find(registry: Registry): Registry {
  const { objects, mesh } = registry;
  if (objects.length > objectsMax) return registry;
  if (texts.size > textsMax) texts.clear();
  const read = objects.filter(({ resource }) => isRead(resource));
  const key = `${numberOf(mesh)} ${read.map((object) => numberOf(object, textOf)).join(' ')}`;
  const known = registries.get(key) ?? registry;
  registries.delete(key);
  registries.set(key, known);
  for (const oldest of registries.keys()) if (registries.size > registriesMax) registries.delete(oldest);
  return known;
}

/** By what a value says; by what it is, without a text for it. */
function numberOf<V extends object>(value: V, text?: (value: V) => string): number {
  let number = numbers.get(value);
  if (number !== undefined) return number;
  const said = text?.(value);
  number = said === undefined ? undefined : texts.get(said);
  if (number === undefined) {
    number = next++;
    if (said !== undefined) texts.set(said, number);
  }
  numbers.set(value, number);
  return number;
}

/** All that a compiler may ask of an object: of pods and EndpointSlices nobody asks the age, of a pod's status only what makes a push. */
function textOf({ resource, uid, createdAt, deletedAt, revision, status }: StoredObject): string {
  const isPod = status?.kind === 'Pod';
  const ages = resource.kind !== 'Pod' && resource.kind !== 'EndpointSlice';
  return JSON.stringify([
    numberOf(resource, (own) => JSON.stringify([numberOf(own.source), { ...own, source: undefined }])),
    uid,
    ages ? createdAt : 0,
    deletedAt !== undefined,
    revision,
    isPod ? [status.podIP, status.nodeName, status.phase, status.conditions.ready] : status,
  ]);
}

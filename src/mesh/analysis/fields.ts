// Reading fields of objects whose types nobody vouches for: what is absent or of another type reads as empty, as Go's decoder leaves it.

type Step = string | number;

/** The value at a path; undefined when there is none. */
export function get(value: unknown, ...path: readonly Step[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<Step, unknown>>)[step]; // an object that has the key
  }
  return at ?? undefined;
}

/** The items of a list; [] when it is none. */
export function list(value: unknown, ...path: readonly Step[]): readonly unknown[] {
  const found = get(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The texts of a list. */
export function texts(value: unknown, ...path: readonly Step[]): readonly string[] {
  return list(value, ...path).filter((item) => typeof item === 'string');
}

/** A text, or a number as text; '' when it is neither. */
export function text(value: unknown, ...path: readonly Step[]): string {
  const found = get(value, ...path);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}

/** A number; undefined when it is none. */
export function number(value: unknown, ...path: readonly Step[]): number | undefined {
  const found = get(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** The entries of an object in order; [] when it is none. */
export function entries(value: unknown, ...path: readonly Step[]): readonly (readonly [string, unknown])[] {
  const found = get(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.entries(found) : [];
}

/** The entries of an object that are texts. */
export function textMap(value: unknown, ...path: readonly Step[]): Readonly<Record<string, string>> {
  const found = entries(value, ...path).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(found);
}

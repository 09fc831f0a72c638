// A list of manifest files and what editing does to it. A path names a file; two files never share one.

import type { ManifestFile } from '../../manifests/index.ts';

export type Files = readonly ManifestFile[];

export function sameFiles(a: Files, b: Files): boolean {
  return a.length === b.length && a.every((file, at) => file.path === b[at]?.path && file.text === b[at].text);
}

/** The files as they are when the text is the same. */
export function withText(files: Files, path: string, text: string): Files {
  return files.map((file) => (file.path === path ? { path, text } : file));
}

/** Adds files behind the others; one of the same path is replaced. */
export function withAdded(files: Files, added: Files): Files {
  return [...files.filter((file) => !added.some((other) => other.path === file.path)), ...added];
}

/** The files as they are when the new name is empty, the old one, or taken. */
export function withRenamed(files: Files, path: string, name: string): Files {
  if (name === '' || files.some((file) => file.path === name)) return files;
  return files.map((file) => (file.path === path ? { path: name, text: file.text } : file));
}

/** `file-1.yaml`, or the next number that is free. */
export function freeName(files: Files): string {
  let number = 1;
  while (files.some((file) => file.path === `file-${number}.yaml`)) number += 1;
  return `file-${number}.yaml`;
}

/** The paths of files that differ between two lists. */
export interface FileDifferences {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

export function differencesOf(before: Files, after: Files): FileDifferences {
  const old = new Map(before.map((file) => [file.path, file.text]));
  const isThere = (path: string): boolean => after.some((file) => file.path === path);
  return {
    changed: after.filter((file) => old.has(file.path) && old.get(file.path) !== file.text).map(({ path }) => path),
    added: after.filter((file) => !old.has(file.path)).map(({ path }) => path),
    gone: before.filter((file) => !isThere(file.path)).map(({ path }) => path),
  };
}

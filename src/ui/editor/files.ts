// A list of manifest files and what editing does to it. A path names a file; two files never share one.

import type { ManifestFile } from '../../manifests/index.ts';

export type Files = readonly ManifestFile[];

export function sameFiles(a: Files, b: Files): boolean {
  return a.length === b.length && a.every((file, at) => file.path === b[at]?.path && file.text === b[at].text);
}

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

/** How many files differ between two lists: changed, added or gone. */
export function countDifferences(before: Files, after: Files): number {
  const old = new Map(before.map((file) => [file.path, file.text]));
  const changed = after.filter((file) => old.get(file.path) !== file.text).length;
  return changed + before.filter((file) => !after.some((other) => other.path === file.path)).length;
}

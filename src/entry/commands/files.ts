// Reading manifests from disk: files as they are, directories with what kubectl would read in them.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '../../manifests/index.ts';

/** A file or directory that cannot be read: exit code 2. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}

const endings: readonly string[] = ['.yaml', '.yml', '.json'];

/** Reads files and directories (recursively, `.yaml`, `.yml`, `.json`, in order of name). `-` is the standard input. */
export function readManifests(paths: readonly string[]): readonly ManifestFile[] {
  return paths.flatMap((path) => (path === '-' ? [{ path: 'stdin', text: read(0, 'stdin') }] : readPath(path)));
}

export function readText(path: string): string {
  return read(path, path);
}

function readPath(path: string): readonly ManifestFile[] {
  if (!isDirectory(path)) return [{ path, text: read(path, path) }];
  const names = readdirSync(path).toSorted();
  return names.flatMap((name) => {
    const child = join(path, name);
    if (isDirectory(child)) return readPath(child);
    return endings.some((ending) => name.endsWith(ending)) ? [{ path: child, text: read(child, child) }] : [];
  });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new UnreadableInput(`${path}: ${reasonOf(error)}`);
  }
}

function read(from: string | number, name: string): string {
  try {
    return readFileSync(from, 'utf8');
  } catch (error) {
    throw new UnreadableInput(`${name}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}

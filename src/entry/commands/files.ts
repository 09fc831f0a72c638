// Reading manifests from disk: files as they are, directories with what kubectl would read in them.
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '../../manifests/index.ts';
import { decodeText } from '../../manifests/decode.ts';

/** A file or directory that cannot be read: exit code 2. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}

const endings: readonly string[] = ['.yaml', '.yml', '.json'];

/**
 * Reads files and directories (recursively, `.yaml`, `.yml`, `.json`, in order of name). `-` is the standard input. Links to
 * directories inside of a directory are not followed, as kubectl does not follow them: they may lead in circles.
 */
export function readFiles(paths: readonly string[]): readonly ManifestFile[] {
  return paths.flatMap((path) => {
    if (path === '-') return [{ path: 'stdin', text: read(0, 'stdin') }];
    if (!isDirectory(path)) return [{ path, text: read(path, path) }];
    const files = readDirectory(path);
    if (files.length === 0) throw new UnreadableInput(`${path}: no file in it ends in ${endings.join(', ')}`);
    return files;
  });
}

export function readText(path: string): string {
  return read(path, path);
}

function readDirectory(path: string): readonly ManifestFile[] {
  const entries = list(path).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const child = join(path, entry.name);
    if (entry.isDirectory()) return readDirectory(child);
    const isRead = endings.some((ending) => entry.name.endsWith(ending));
    return isRead && !isDirectory(child) ? [{ path: child, text: read(child, child) }] : [];
  });
}

function list(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw new UnreadableInput(`${path}: ${reasonOf(error)}`);
  }
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
    return decodeText(readFileSync(from));
  } catch (error) {
    throw new UnreadableInput(`${name}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'is a directory';
  if (code === 'ELOOP') return 'a link that leads to itself';
  if (code === 'ERR_FS_FILE_TOO_LARGE') return 'too large to read';
  return error instanceof Error ? error.message : String(error);
}

// Files that somebody picked or dropped, read as manifests.

import type { ManifestFile } from '../../manifests/index.ts';
import { decodeText } from '../../manifests/decode.ts';

/** What is not even read; smaller texts that are still too large are refused with a diagnostic. */
export const BYTES_MAX = 8_000_000;

export interface OpenedFiles {
  readonly files: readonly ManifestFile[];
  /** Names of files over `BYTES_MAX`. */
  readonly tooLarge: readonly string[];
  /** Names of files that the browser could not read. */
  readonly unreadable: readonly string[];
}

export async function readFiles(list: FileList | null | undefined): Promise<OpenedFiles> {
  const files: ManifestFile[] = [];
  const tooLarge: string[] = [];
  const unreadable: string[] = [];
  // A copy: the list empties itself when its field is cleared for the next time.
  for (const file of [...(list ?? [])]) {
    if (file.size > BYTES_MAX) {
      tooLarge.push(file.name);
      continue;
    }
    try {
      files.push({ path: file.name, text: decodeText(new Uint8Array(await file.arrayBuffer())) });
    } catch {
      unreadable.push(file.name);
    }
  }
  return { files, tooLarge, unreadable };
}

// Monaco's model of each manifest file: one a path, made when the file appears, gone with it. Each has its own undo history.

import type { editor } from 'monaco-editor/editor';
import type { ManifestFile } from '../../manifests/index.ts';
import type { Monaco } from './load-monaco.ts';

export class EditorModels {
  readonly #monaco: Monaco;
  readonly #onedit: (path: string, text: string) => void;
  readonly #byPath = new Map<string, editor.ITextModel>();

  constructor(monaco: Monaco, onedit: (path: string, text: string) => void) {
    this.#monaco = monaco;
    this.#onedit = onedit;
  }

  get(path: string): editor.ITextModel | undefined {
    return this.#byPath.get(path);
  }

  pathOf(model: editor.ITextModel): string | undefined {
    return [...this.#byPath].find(([, candidate]) => candidate === model)?.[0];
  }

  /** Makes the models equal to the files. */
  follow(files: readonly ManifestFile[]): void {
    for (const file of files) this.#put(file);
    for (const [path, model] of this.#byPath) {
      if (files.some((file) => file.path === path)) continue;
      model.dispose();
      this.#byPath.delete(path);
    }
  }

  dispose(): void {
    this.follow([]);
  }

  #put({ path, text }: ManifestFile): void {
    const known = this.#byPath.get(path);
    // Set from outside (a fix, a reset): one step that undo takes back. Only what differs is replaced, so that the cursor stays.
    const old = known?.getValue();
    if (known !== undefined && old !== undefined && old !== text) {
      const { from, to, inserted } = differenceOf(old, text);
      const [start, end] = [known.getPositionAt(from), known.getPositionAt(to)];
      known.pushEditOperations(
        [],
        [{ range: this.#monaco.Range.fromPositions(start, end), text: inserted }],
        () => null,
      );
    }
    if (known !== undefined) return;
    const uri = this.#monaco.Uri.from({ scheme: 'inmemory', path: `/${path}` });
    const model = this.#monaco.editor.createModel(text, 'yaml', uri);
    model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } });
    model.onDidChangeContent(() => this.#onedit(path, model.getValue()));
    this.#byPath.set(path, model);
  }
}

/** The one stretch of `old` that has to be replaced to make it `text`. */
function differenceOf(
  old: string,
  text: string,
): { readonly from: number; readonly to: number; readonly inserted: string } {
  const most = Math.min(old.length, text.length);
  let from = 0;
  while (from < most && old[from] === text[from]) from += 1;
  let same = 0;
  while (same < most - from && old[old.length - 1 - same] === text[text.length - 1 - same]) same += 1;
  return { from, to: old.length - same, inserted: text.slice(from, text.length - same) };
}

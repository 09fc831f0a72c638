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
    // Set from outside (a fix, a reset): one step that undo takes back.
    if (known !== undefined && known.getValue() !== text)
      known.pushEditOperations([], [{ range: known.getFullModelRange(), text }], () => null);
    if (known !== undefined) return;
    const uri = this.#monaco.Uri.from({ scheme: 'inmemory', path: `/${path}` });
    const model = this.#monaco.editor.createModel(text, 'yaml', uri);
    model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } });
    model.onDidChangeContent(() => this.#onedit(path, model.getValue()));
    this.#byPath.set(path, model);
  }
}

// What a feature of the editor is: something that is put on Monaco and taken off again. It runs as an effect: what it reads of the
// workspace puts it on anew when that changes.

import type { editor, IRange } from 'monaco-editor/editor';
import type { Diagnostic } from '../../manifests/index.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';
import type { EditorModels } from './editor-models.ts';
import type { Monaco } from './load-monaco.ts';

export interface EditorContext {
  readonly monaco: Monaco;
  readonly view: editor.IStandaloneCodeEditor;
  readonly models: EditorModels;
  readonly workspace: Workspace;
}

/** Puts the feature on; returns what takes it off. */
export type EditorFeature = (context: EditorContext) => () => void;

/** Monaco's range of a diagnostic's. */
export function rangeOf({ start, end }: Diagnostic['range']): IRange {
  return { startLineNumber: start.line, startColumn: start.column, endLineNumber: end.line, endColumn: end.column };
}

// After `- source:` the next line stands under `source`, one level in: Monaco's own rule counts from the dash.

import type { IDisposable } from 'monaco-editor/editor';
import type { EditorFeature } from '../feature.ts';

export const itemIndent: EditorFeature = ({ monaco, view }) => {
  let own: IDisposable | undefined;
  let isPutting = false;
  // The latest rules for a language hold. Monaco's own come some time after the first text: then these are put again.
  const put = (): void => {
    if (isPutting) return;
    isPutting = true;
    own?.dispose();
    own = monaco.languages.setLanguageConfiguration('yaml', {
      onEnterRules: [
        {
          beforeText: /^\s*(?:-\s+)+[^\s#-][^#]*:\s*$/,
          action: { indentAction: monaco.languages.IndentAction.Indent, appendText: '  ' },
        },
        { beforeText: /:\s*$/, action: { indentAction: monaco.languages.IndentAction.Indent } },
      ],
    });
    isPutting = false;
  };
  put();
  const late = view.onDidChangeModelLanguageConfiguration(put);
  return () => {
    late.dispose();
    own?.dispose();
  };
};

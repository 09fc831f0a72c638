// What can stand at the cursor: fields, values, names of the world, and whole objects where a document begins. Ctrl+Space asks for it.

import type { languages } from 'monaco-editor/editor';
import type { Completion, FieldFacts, Snippet } from '../../../manifests/assist/index.ts';
import { fieldMarkdown, fieldText, loadAssist } from '../assist.ts';
import type { EditorFeature } from '../feature.ts';

export const completion: EditorFeature = ({ monaco, models, workspace }) => {
  const { CompletionItemInsertTextRule: rules, CompletionItemKind: kinds } = monaco.languages;
  // The columns of what is inserted are absolute already. What has no tab stops is no snippet: Monaco then knows when a choice would
  // change nothing, and leaves Enter alone.
  const plain: languages.CompletionItemInsertTextRule = rules.KeepWhitespace;
  // Flags are joined by `|`, which makes a number of them: that is how Monaco means its enum.
  const snippet = (rules.InsertAsSnippet | rules.KeepWhitespace) as languages.CompletionItemInsertTextRule;
  const { language } = workspace.preferences;
  const { ui } = workspace;

  const provider = monaco.languages.registerCompletionItemProvider('yaml', {
    triggerCharacters: [' '],
    async provideCompletionItems(model, position) {
      const loaded = await loadAssist(language);
      if (models.pathOf(model) === undefined || model.isDisposed()) return { suggestions: [] };
      const { assist, fields } = loaded;
      const text = model.getValue();
      const offset = model.getOffsetAt(position);
      const names = assist.knownNamesOf(workspace.drafts.files);
      const isDescribed = (key: string): boolean => fieldText(fields, key) !== undefined;
      const rangeOf = (from: number, to: number) =>
        monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to));

      const itemOf = (one: Completion): languages.CompletionItem => {
        const { facts } = one;
        const meant =
          facts === undefined || one.kind === 'field'
            ? undefined
            : fieldText(fields, assist.enumKey(facts.key, one.label));
        const value = meant ?? (facts === undefined ? '' : fieldMarkdown(loaded, ui, facts));
        return {
          label: one.label,
          kind: one.kind === 'field' ? kinds.Property : kinds.Value,
          insertText: one.insert,
          insertTextRules: one.isSnippet ? snippet : plain,
          range: rangeOf(one.from, one.to),
          sortText: String(one.rank).padStart(6, '0'),
          documentation: { value },
          ...(one.kind === 'field' && facts !== undefined ? { detail: detailOf(facts, ui.field.required) } : {}),
          ...(one.goesOn ? { command: { id: 'editor.action.triggerSuggest', title: '' } } : {}),
        };
      };
      const objectOf = ({ id, insert, from, to }: Snippet, at: number): languages.CompletionItem => ({
        label: ui.snippet[id],
        // Found by its English words in every language, and when `kind` or `apiVersion` is begun.
        filterText: `${id.replaceAll(/[A-Z]/g, ' $&').toLowerCase()} ${ui.snippet[id]} apiVersion kind`,
        kind: kinds.Snippet,
        insertText: insert,
        insertTextRules: snippet,
        range: rangeOf(from, to),
        sortText: `1${String(at).padStart(5, '0')}`,
        documentation: { value: `\`\`\`yaml\n${insert.replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')}\`\`\`` },
      });
      const suggestions = [
        ...assist.completionsAt(text, offset, { names, isDescribed }).map(itemOf),
        ...assist.snippetsFor(text, offset).map(objectOf),
      ];
      return { suggestions };
    },
  });
  return () => provider.dispose();
};

function detailOf({ type, isRequired }: FieldFacts, required: string): string {
  return isRequired ? `${type}, ${required}` : type;
}

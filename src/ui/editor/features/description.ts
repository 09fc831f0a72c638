// What the field under the pointer or the cursor means. Ctrl+K Ctrl+I shows it by keyboard.

import { fieldMarkdown, loadAssist } from '../assist.ts';
import type { EditorFeature } from '../feature.ts';

export const description: EditorFeature = ({ monaco, models, workspace }) => {
  const { language } = workspace.preferences;
  const { ui } = workspace;
  const provider = monaco.languages.registerHoverProvider('yaml', {
    async provideHover(model, position) {
      const loaded = await loadAssist(language);
      if (models.pathOf(model) === undefined || model.isDisposed()) return null;
      const found = loaded.assist.fieldAt(model.getValue(), model.getOffsetAt(position));
      if (found === undefined) return null;
      const { facts, from, to, value } = found;
      return {
        range: monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to)),
        contents: [{ value: fieldMarkdown(loaded, ui, facts, value) }],
      };
    },
  });
  return () => provider.dispose();
};

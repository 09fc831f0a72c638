// Ctrl+Enter applies the manifests, also from inside the text.

import type { EditorFeature } from '../feature.ts';

export const applyKey: EditorFeature = ({ monaco, view, workspace }) => {
  const action = view.addAction({
    id: 'meshscope.apply',
    label: workspace.ui.editor.apply,
    keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter],
    run: () => workspace.deeds.apply(),
  });
  return () => action.dispose();
};

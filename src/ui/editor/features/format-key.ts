// Shift+Alt+F evens out the open file.

import type { EditorFeature } from '../feature.ts';
import { formatActive } from '../format-active.ts';

export const formatKey: EditorFeature = ({ monaco, view, workspace }) => {
  const action = view.addAction({
    id: 'meshscope.format',
    label: workspace.ui.help.format,
    keybindings: [monaco.KeyMod.Shift | monaco.KeyMod.Alt | monaco.KeyCode.KeyF],
    run: () => formatActive(workspace),
  });
  return () => action.dispose();
};

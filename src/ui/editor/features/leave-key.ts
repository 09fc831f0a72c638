// Escape leaves the text for the tab of its file, unless Monaco has something of its own to close.

import type { EditorFeature } from '../feature.ts';

const OPEN_IN_MONACO = [
  'suggestWidgetVisible',
  'findWidgetVisible',
  'markersNavigationVisible',
  'inSnippetMode',
  'editorHasMultipleSelections',
  'codeActionMenuVisible',
];

export const leaveKey: EditorFeature = ({ monaco, view, workspace }) => {
  const action = view.addAction({
    id: 'meshscope.leave',
    label: workspace.ui.help.escape,
    keybindings: [monaco.KeyCode.Escape],
    precondition: OPEN_IN_MONACO.map((name) => `!${name}`).join(' && '),
    run: () => document.querySelector<HTMLElement>('[role=tab][data-file][aria-selected=true]')?.focus(),
  });
  return () => action.dispose();
};

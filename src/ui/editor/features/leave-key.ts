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
  // Monaco closes a description at any key, before it looks up what the key does: whether there was one is seen before that.
  const host = view.getContainerDomNode();
  let hadHover = false;
  const look = (): void => {
    hadHover = [...document.querySelectorAll<HTMLElement>('.monaco-hover')].some((hover) => hover.offsetHeight > 0);
  };
  host.addEventListener('keydown', look, { capture: true });
  const action = view.addAction({
    id: 'meshscope.leave',
    label: workspace.ui.help.escape,
    keybindings: [monaco.KeyCode.Escape],
    precondition: OPEN_IN_MONACO.map((name) => `!${name}`).join(' && '),
    run: () => {
      if (!hadHover) document.querySelector<HTMLElement>('[role=tab][data-file][aria-selected=true]')?.focus();
    },
  });
  return () => {
    host.removeEventListener('keydown', look, { capture: true });
    action.dispose();
  };
};

// F8 goes to the next problem, over all files; Shift+F8 to the one before.

import { diagnosticText } from '../../diagnostics.ts';
import type { EditorFeature } from '../feature.ts';
import { problemFrom } from '../next-problem.ts';

export const nextProblem: EditorFeature = ({ monaco, view, workspace }) => {
  const go = (by: 1 | -1): void => {
    const { drafts, notice } = workspace;
    const { lineNumber: line, column } = view.getPosition() ?? { lineNumber: 1, column: 1 };
    const found = problemFrom(drafts.problems, drafts.files, { path: drafts.activePath, line, column }, by);
    if (found === undefined) {
      notice.retell('problem', () => workspace.ui.editor.noProblems);
      return;
    }
    const { path, range } = found;
    drafts.activePath = path;
    // The model of another file is put in before anything else happens; then there is a place to go to.
    queueMicrotask(() => {
      view.setPosition({ lineNumber: range.start.line, column: range.start.column });
      view.revealLineInCenterIfOutsideViewport(range.start.line);
      view.focus();
    });
    notice.retell('problem', () => `${path}:${range.start.line}: ${diagnosticText(workspace.texts, found)}`);
  };
  const actions = [
    view.addAction({
      id: 'meshscope.nextProblem',
      label: workspace.ui.help.nextProblem,
      keybindings: [monaco.KeyCode.F8],
      run: () => go(1),
    }),
    view.addAction({
      id: 'meshscope.previousProblem',
      label: workspace.ui.editor.previousProblem,
      keybindings: [monaco.KeyMod.Shift | monaco.KeyCode.F8],
      run: () => go(-1),
    }),
  ];
  return () => {
    for (const action of actions) action.dispose();
  };
};

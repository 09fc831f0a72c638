// The lines somebody asked to see, in view and marked like everything that is held.

import type { EditorFeature } from '../feature.ts';

export const heldLine: EditorFeature = ({ monaco, view, workspace }) => {
  const { reveal, activePath } = workspace.drafts;
  if (reveal === undefined || reveal.path !== activePath) return () => {};
  const range = new monaco.Range(reveal.line, 1, reveal.endLine, 1);
  const marks = view.createDecorationsCollection([
    { range, options: { isWholeLine: true, className: 'held-line', linesDecorationsClassName: 'held-edge' } },
  ]);
  view.revealRangeInCenterIfOutsideViewport(range);
  view.setPosition({ lineNumber: reveal.line, column: 1 });
  return () => marks.clear();
};

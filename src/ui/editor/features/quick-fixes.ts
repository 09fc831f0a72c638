// The fix that a problem offers, as a code action where it is marked.

import type { EditorFeature } from '../feature.ts';
import { rangeOf } from '../feature.ts';
import { fixTitle } from '../../diagnostics.ts';

export const quickFixes: EditorFeature = ({ monaco, models, workspace }) => {
  const provider = monaco.languages.registerCodeActionProvider('yaml', {
    provideCodeActions: (model, range) => {
      const path = models.pathOf(model);
      const actions = workspace.drafts.problems.flatMap((problem) => {
        const { start, end } = problem.range;
        const isNear = start.line <= range.endLineNumber && end.line >= range.startLineNumber;
        if (problem.path !== path || problem.fix === undefined || !isNear) return [];
        const textEdit = { range: rangeOf(problem.fix.range), text: problem.fix.text };
        const edit = { edits: [{ resource: model.uri, textEdit, versionId: model.getVersionId() }] };
        return [{ title: fixTitle(workspace.texts, problem), kind: 'quickfix', edit }];
      });
      return { actions, dispose: () => {} };
    },
  });
  return () => provider.dispose();
};

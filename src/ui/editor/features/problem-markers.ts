// What the API server would refuse or warn about, marked at its place in the text.

import { diagnosticText, documentationOf, type Problem } from '../../diagnostics.ts';
import { rangeOf, type EditorFeature } from '../feature.ts';

const OWNER = 'meshscope';

export const problemMarkers: EditorFeature = ({ monaco, models, workspace }) => {
  const severities = {
    error: monaco.MarkerSeverity.Error,
    warning: monaco.MarkerSeverity.Warning,
    info: monaco.MarkerSeverity.Info,
  } as const;
  const codeOf = (code: string) => {
    const page = documentationOf(code);
    return page === undefined ? code : { value: code, target: monaco.Uri.parse(page) };
  };
  const markerOf = (problem: Problem) => ({
    ...rangeOf(problem.range),
    severity: severities[problem.severity],
    code: codeOf(problem.code),
    message: diagnosticText(workspace.texts, problem),
  });
  const { files, problems } = workspace.drafts;
  for (const { path } of files) {
    const model = models.get(path);
    const markers = problems.filter((problem) => problem.path === path).map(markerOf);
    if (model !== undefined) monaco.editor.setModelMarkers(model, OWNER, markers);
  }
  // The next round sets every model's markers anew.
  return () => {};
};

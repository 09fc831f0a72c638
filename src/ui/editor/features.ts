// What the editor can do beside editing text, feature by feature. A new one is a file in features/ and a line here.

import type { EditorFeature } from './feature.ts';
import { applyKey } from './features/apply-key.ts';
import { completion } from './features/completion.ts';
import { askConditions, conditions } from './features/conditions.ts';
import { description } from './features/description.ts';
import { formatKey } from './features/format-key.ts';
import { heldLine } from './features/held-line.ts';
import { itemIndent } from './features/item-indent.ts';
import { leaveKey } from './features/leave-key.ts';
import { nextProblem } from './features/next-problem.ts';
import { problemMarkers } from './features/problem-markers.ts';
import { quickFixes } from './features/quick-fixes.ts';

export const editorFeatures: readonly EditorFeature[] = [
  applyKey,
  leaveKey,
  completion,
  description,
  formatKey,
  itemIndent,
  nextProblem,
  problemMarkers,
  askConditions,
  conditions,
  quickFixes,
  heldLine,
];

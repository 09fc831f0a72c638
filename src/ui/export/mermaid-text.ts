// The words of a Mermaid diagram: messages with what they travel in, decisions and notes as the sequence says them.

import { fill } from '../../text/index.ts';
import { formatInstant, formatSpan, type Lane, type SequenceModel, type SequenceRow } from '../../view/index.ts';
import { mermaidOf } from '../../view/export/index.ts';
import { layerNames } from '../inspector/sequence-text.ts';
import { tell, tellChoice } from '../sentences.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

export function sequenceAsMermaid(workspace: Workspace, model: SequenceModel): string {
  return mermaidOf(model, {
    name: ({ station, program, place }: Lane) => `${station} ${program} ${place === program ? '' : place}`,
    told: (row) => toldOf(workspace, row),
  });
}

function toldOf(workspace: Workspace, row: SequenceRow): string {
  const ui = workspace.ui.sequence;
  switch (row.kind) {
    case 'message': {
      const inside = row.within.length > 0 ? layerNames(ui, row.within) : row.isEncrypted ? ui.phaseTls : '';
      return `${row.label.title}${inside === '' ? '' : ` (${inside})`}`;
    }
    case 'decision':
      return `${row.point}: ${tellChoice(workspace.texts, row.outcome.text)}`;
    case 'note':
      return tell(workspace.run.index, workspace.texts, row.id);
    case 'reused':
      return fill(row.openedFor < 0 ? ui.reused : ui.reusedFor, {
        time: formatInstant(row.opened),
        number: row.openedFor,
      });
    case 'gap':
      return fill(ui.gap, { span: formatSpan(row.span) });
    case 'omitted':
      return fill(ui.omitted, { count: row.count });
  }
}

// What a step of the history was, as the undo notice names it.

import { fill, type Texts } from '../../text/index.ts';
import { formatInstant } from '../../view/index.ts';
import type { EditStep } from './edit-history.ts';

export function stepText({ step: texts }: Texts['ui'], step: EditStep): string {
  switch (step.kind) {
    case 'reset':
    case 'restart':
    case 'restore':
      return texts[step.kind];
    case 'apply':
    case 'kill-pod':
    case 'intervene':
    case 'send-request':
    case 'fork':
      return fill(texts[step.kind], { time: formatInstant(step.at) });
    case 'name-fork':
    case 'delete-fork':
      return fill(texts[step.kind], { name: step.name });
    case 'open':
      return fill(texts.open, { count: step.count });
    case 'rename':
      return fill(texts.rename, { path: step.path, name: step.name });
    case 'text':
    case 'fix':
    case 'format':
    case 'new':
    case 'close':
    case 'form':
      return fill(texts[step.kind], { path: step.path });
  }
}

// The words of a reason. A rule whose sentence is not written yet shows its id and what it looked at: never nothing.

import { piecesOf, type Piece, type Texts } from '../text/index.ts';
import type { Reason } from '../trace/index.ts';

export function reasonPieces(texts: Texts, reason: Reason): readonly Piece[] {
  const template = texts.reasons[reason.rule];
  if (template !== undefined) return piecesOf(template, reason.params);
  const params = Object.entries(reason.params).map(([name, value]) => `${name}=${value}`);
  return [{ kind: 'value', name: 'rule', text: [reason.rule, ...params].join(' ') }];
}

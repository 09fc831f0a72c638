// A sequence as plain text: one line a message, to be pasted into a ticket or a chat.

import { fill, type Texts } from '../../text/index.ts';
import {
  formatInstant,
  formatSpan,
  type Lane,
  type Layer,
  type SequenceModel,
  type SequenceRow,
} from '../../view/index.ts';
import { tell, tellChoice } from '../sentences.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

type SequenceTexts = Texts['ui']['sequence'];

/** `TLS › HTTP/2 › HBONE tunnel`: what a message travels inside of, outermost first. */
export function layerNames(ui: SequenceTexts, layers: readonly Layer[]): string {
  const names = { tls: ui.phaseTls, http2: ui.phaseHttp2, tunnel: ui.phaseTunnel };
  return layers.map((layer) => names[layer]).join(' › ');
}

export function sequenceAsText(workspace: Workspace, { lanes, rows }: SequenceModel): string {
  return `${rows.map((row) => lineOf(workspace, lanes, row)).join('\n')}\n`;
}

function lineOf(workspace: Workspace, lanes: readonly Lane[], row: SequenceRow): string {
  const { sequence: ui, why } = workspace.ui;
  const name = (lane: number): string => nameOf(lanes[lane], ui);
  const line = (who: string, said: string): string => `${formatInstant(row.at)}  ${who}  ${said}`;
  switch (row.kind) {
    case 'message': {
      const arrow = row.isDropped ? '-x' : row.isEncrypted ? '==>' : '-->';
      const around = row.within.length === 0 ? '' : ` (${fill(ui.within, { layers: layerNames(ui, row.within) })})`;
      return line(
        `${name(row.from)} ${arrow} ${name(row.to)}`,
        `${row.label.title} ${row.label.detail}`.trim() + around,
      );
    }
    case 'decision':
      return line(
        name(row.lane),
        `${row.point}: ${row.attempt > 0 ? `${fill(why.attempt, { number: row.attempt })}, ` : ''}${tellChoice(workspace.texts, row.outcome.text)}`,
      );
    case 'reused': {
      const params = { time: formatInstant(row.opened), number: row.openedFor };
      return line(name(row.lane), fill(row.openedFor < 0 ? ui.reused : ui.reusedFor, params));
    }
    case 'note': {
      return line(name(row.lane), tell(workspace.run.index, workspace.texts, row.id));
    }
    case 'gap':
      return `          … ${fill(ui.gap, { span: formatSpan(row.span) })}`;
    case 'omitted':
      return `          … ${fill(ui.omitted, { count: row.count })}`;
  }
}

function nameOf(lane: Lane | undefined, ui: SequenceTexts): string {
  if (lane === undefined) return ui.unknown;
  return [lane.station, lane.program, lane.place === '' ? '' : `@ ${lane.place}`]
    .filter((part) => part !== '')
    .join(' ');
}

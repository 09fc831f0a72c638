// The explanation as plain text, to be pasted into a ticket or a chat.

import { fill, type Texts } from '../../text/index.ts';
import type { Explanation, Reason } from '../../trace/index.ts';
import { formatInstant, formatSpan, originLabel, type Recovery, type WhyHop, type WhyModel } from '../../view/index.ts';
import { reasonPieces } from '../reasons.ts';
import { tell, tellChoice } from '../sentences.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

export function whyAsText(workspace: Workspace, why: WhyModel): string {
  const { ui, texts, run } = workspace;
  const told = (id: number): string => tell(run.index, texts, id);
  const response = run.index.requests.get(why.request)?.response ?? -1;
  const culprit = why.culprit === undefined ? [] : [told(why.culprit.record), ...inputOf(why, told)];
  const hops = why.hops.flatMap((hop) => [
    '',
    `${hop.isCulprit ? '✗' : '·'} ${nameOf(hop)} (${hop.leg === undefined ? ui.why.startsHere : ui.why[hop.leg.kind]})`,
    ...hop.decisions.flatMap(({ id, point, outcome, origin }) => [
      `  ${point}: ${tellChoice(texts, outcome.text)}${origin === undefined ? '' : ` (${originLabel(origin)})`}`,
      ...reasonLines(texts, run.explanations[id]),
    ]),
    ...hop.outcomes.map(({ id }) => `  ${told(id)}`),
  ]);
  const chain = why.chain
    .slice(why.chainFrom)
    .map((id) => `  ${formatInstant(run.index.trace.timeOf(id))} ${told(id)}`);
  return [
    told(why.request),
    ...(response < 0 ? [] : [told(response)]),
    ...culprit,
    ...recoveryOf(workspace, why).map((recovery) => `${recoveredWords(ui, recovery)} ${told(recovery.request)}`),
    ...hops,
    '',
    ui.why.chain,
    ...chain,
    '',
  ].join('\n');
}

/** How a failed request went well later; in a lesson nothing is told of what has not been seen. */
export function recoveryOf({ lesson }: Workspace, { recovery }: WhyModel): readonly Recovery[] {
  return recovery === undefined || lesson !== undefined ? [] : [recovery];
}

export function recoveredWords({ why }: Texts['ui'], { after, isByItself }: Recovery): string {
  return fill(isByItself ? why.recoveredAlone : why.recovered, { span: formatSpan(after) });
}

function inputOf({ culprit }: WhyModel, told: (id: number) => string): readonly string[] {
  return culprit === undefined || culprit.input < 0 ? [] : [told(culprit.input)];
}

function nameOf({ lane }: WhyHop): string {
  return [lane.station, lane.program, lane.place === '' ? '' : `@ ${lane.place}`]
    .filter((part) => part !== '')
    .join(' ');
}

function reasonLines(texts: Texts, explanation: Explanation | 'asked' | 'none' | undefined): readonly string[] {
  if (explanation === undefined || typeof explanation === 'string') return [];
  const words = (reason: Reason): string => {
    const line = reason.origin === undefined ? '' : ` (${originLabel(reason.origin)})`;
    const source = reason.source === undefined ? '' : ` [${reason.source}]`;
    return `${reasonPieces(texts, reason)
      .map(({ text }) => text)
      .join('')}${line}${source}`;
  };
  return [
    ...explanation.because.map((reason) => `    ${words(reason)}`),
    ...explanation.rejected.map(({ option, reason }) => `    × ${tellChoice(texts, option)}: ${words(reason)}`),
  ];
}

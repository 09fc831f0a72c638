// A verdict of a search in sentences, for people: names of waits in words, spans with three figures.
import type { Counterexample, ExplainedDeviation, RaceAnswer, SearchProgress } from '../../explore/port.ts';
import { fill, type RaceTexts, type Texts } from '../../text/index.ts';
import { formatInstant, formatSpan } from '../../view/index.ts';

export type Answered = Extract<RaceAnswer, { kind: 'answer' }>;

/** Millions are read by their thousands, in either language alike. */
function grouped(states: number): string {
  return states.toLocaleString('en');
}

/** How far it is. */
export function progressText(words: RaceTexts, { phase, done, of, schedules, states }: SearchProgress): string {
  return fill(words.progress, { phase: words[`phase-${phase}`], done, of, schedules, states: grouped(states) });
}

/** What came of it, in one sentence. */
export function verdictText(words: RaceTexts, answer: RaceAnswer): string {
  switch (answer.kind) {
    case 'unreadable':
      return answer.problems
        .map(({ problem, text, usage }) => fill(words[`unreadable-${problem}`], { text, usage }))
        .join(' ');
    case 'unready':
      return fill(words.unready, { limit: formatSpan(answer.limit) });
    case 'answer':
      return fill(words[headlines[answer.verdict.verdict]], paramsOf(answer));
  }
}

const headlines = {
  proved: 'proved',
  'none found': 'none-found',
  counterexample: 'counterexample',
  'nothing judged': 'nothing-judged',
  'no such window': 'no-such-window',
  'no such workload': 'no-such-workload',
  'too large': 'too-large',
} as const;

/** How far it reaches; empty for what failed or could not be judged. */
export function reachText(words: RaceTexts, answer: Answered): string {
  const { verdict, reach } = answer.verdict;
  const params = paramsOf(answer);
  const closed = reach.closed === 0 ? [] : [words.closed];
  switch (verdict) {
    case 'proved': {
      const pairs = answer.bound.unlucky === 1 ? [] : [words['proved-pairs']];
      return [words['proved-bound'], ...pairs, ...closed].map((text) => fill(text, params)).join(' ');
    }
    case 'none found':
      return [words['none-found-bound'], ...closed].map((text) => fill(text, params)).join(' ');
    default:
      return '';
  }
}

export function seedText(words: RaceTexts, answer: Answered): string {
  return fill(words[answer.began === 0 ? 'seed-whole' : 'seed'], paramsOf(answer));
}

function paramsOf({
  verdict,
  property,
  horizon,
  seed,
  began,
  bound,
}: Answered): Readonly<Record<string, string | number>> {
  const { waits, pairs, kept, closed, samples, schedules, states } = verdict.reach;
  return {
    waits,
    pairs,
    kept,
    closed,
    samples,
    schedules,
    states: grouped(states),
    windows: verdict.verdict === 'no such window' ? verdict.windows.join(', ') : '',
    facts: verdict.verdict === 'no such window' ? verdict.facts.join(', ') : '',
    strangers: verdict.verdict === 'no such workload' ? verdict.strangers.join(', ') : '',
    workloads: verdict.verdict === 'no such workload' ? verdict.workloads.join(', ') : '',
    property,
    horizon: formatSpan(horizon),
    seed,
    limit: grouped(bound.states),
    began: formatSpan(began),
  };
}

export function violationText(words: RaceTexts, { sentence, params }: Counterexample['violation']): string {
  const { within } = params as Readonly<Record<string, string | number | undefined>>; // an index may miss
  return fill(words[sentence], typeof within === 'number' ? { ...params, within: formatSpan(within) } : params);
}

/** How many waits have to come out otherwise. */
export function luckText(words: RaceTexts, { deviations: { length: count } }: Counterexample): string {
  return fill(words[count === 0 ? 'given-fails' : count === 1 ? 'one-unlucky' : 'many-unlucky'], { count });
}

/** When it is decided: where nothing is otherwise, there is no other schedule to hold it against. */
export function decidingText(words: RaceTexts, { deviations, deciding }: Counterexample): string {
  return momentText(words[deviations.length === 0 ? 'deciding-given' : 'deciding-only'], deciding.at);
}

/** A wait in words: its own, or those of Why. */
export function factName(words: RaceTexts, facts: Texts['ui']['why']['facts'], name: string): string {
  const own = (words as Readonly<Record<string, string | undefined>>)[`fact-${name}`]; // an index may miss
  return own ?? (facts as Readonly<Record<string, string>>)[name] ?? name; // one without a name shows its id
}

/** A line of the trace without what only a program reads: when (it is said beside it) and fields that are structures. */
export function shortLine(line: string): string {
  return line
    .split(' ')
    .slice(1)
    .join(' ')
    .replace(/ \w+=(?=[{[])\S*(?:\s(?!\w+=)\S*)*/g, '');
}

export function deviationText(
  words: RaceTexts,
  facts: Texts['ui']['why']['facts'],
  { path, fact, wait, drawn }: ExplainedDeviation,
): string {
  return fill(words[wait > drawn ? 'longer' : 'shorter'], {
    path,
    fact: factName(words, facts, fact.name),
    wait: formatSpan(wait),
    drawn: formatSpan(drawn),
    min: formatSpan(fact.min),
    max: formatSpan(fact.max),
  });
}

export function momentText(template: string, at: number): string {
  return fill(template, { at: `${formatInstant(at)} s` });
}

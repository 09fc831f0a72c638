// `meshscope explore`: looks for a schedule in which a property fails, and says how far it looked.
import type { Counterexample, RaceAnswer, SearchBound } from '../../explore/index.ts';
import { defaultHorizon, defaultSearchBound, encodeLuck, findRace, propertyUsages } from '../../explore/index.ts';
import type { RunOptions } from '../../scenario/index.ts';
import { formatDuration, isScenario, parseDuration, Run } from '../../scenario/index.ts';
import { parseManifests } from '../../manifests/index.ts';
import { fill, loadRaceTexts } from '../../text/index.ts';
import { diagnosticLine } from './diagnostics.ts';
import { readFiles, UnreadableInput } from './files.ts';
import { writeLines } from './output.ts';
import { optionsOf } from './run.ts';
import { parseOptions, UsageError } from './usage.ts';

const texts = await loadRaceTexts('en');

const help = `Usage: meshscope explore FILE|DIR ... --property PROPERTY [OPTIONS]

Searches for a schedule in which a property fails: waits that come out longer or shorter, each inside its window. Files are
applied in the order given, each once everything in those before it is ready; the search begins with the last one. A scenario
among them orders everything itself: then all are applied at once, and the search begins there.

  --property PROPERTY    what must hold; may be given several times, then all must
${propertyUsages.map((usage) => `                           ${usage}`).join('\n')}
                         FROM, TO and POD are namespace/workload or namespace/*. Those about requests take a span between two
                         markers of the scenario, or two times: no-failed-request@begin..end
  --bound KEY=N,...      horizon=SPAN (default ${formatDuration(defaultHorizon)}), samples=N (default ${defaultSearchBound.samples}),
                         states=N (default ${defaultSearchBound.states}): where the search gives up
                         unlucky=1|2 (default ${defaultSearchBound.unlucky}): how many waits at once are tried at every length
                         from=SPAN: what happens before is as the seed has it (default: the last file is applied)
                         windows=FACT+FACT...: waits that may come out otherwise, kube.* for all that begin so (default all)
  --scenario FILE, --mesh MODE, --kubernetes VERSION, --istio VERSION, --seed N
                         as for meshscope run
  --format text|json|junit
  --help                 this text

Exit code 0: proved, or none found; 1: a counterexample; 2: bad input.
`;

export async function explore(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    property: { type: 'string', multiple: true, default: [] },
    bound: { type: 'string', default: '' },
    scenario: { type: 'string' },
    mesh: { type: 'string' },
    kubernetes: { type: 'string' },
    istio: { type: 'string' },
    seed: { type: 'string' },
    format: { type: 'string', default: 'text' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) {
    await writeLines([help.trimEnd()]);
    return 0;
  }
  const format = formats.find((known) => known === values.format);
  if (format === undefined) throw new UsageError(`--format is text, json or junit, not ${values.format}`);
  if (values.property.length === 0) throw new UsageError('explore needs a --property');
  if (positionals.length === 0 && values.scenario === undefined)
    throw new UsageError('explore needs a file, a directory or a scenario that names manifests');
  const { horizon, from, ...bound } = boundOf(values.bound);
  const options = optionsOf(values, positionals);
  refuseMistakes(options);
  const { source, later } = stagesOf(options, positionals, values.scenario);
  const steps = findRace({
    source,
    later,
    properties: values.property,
    horizon,
    bound,
    ...(from === undefined ? {} : { from }),
  });
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const answer = step.value;
  if (answer.kind === 'unreadable')
    throw new UsageError(
      answer.problems
        .map(({ problem, text, usage }) => fill(texts[`unreadable-${problem}`], { text, usage }))
        .join(' '),
    );
  if (answer.kind === 'unready') throw new UsageError(fill(texts.unready, { limit: formatDuration(answer.limit) }));
  if (answer.verdict.verdict === 'no such window') {
    const { windows, facts } = answer.verdict;
    throw new UsageError(fill(texts['no-such-window'], { windows: windows.join(', '), facts: facts.join(', ') }));
  }
  if (answer.verdict.verdict === 'too large')
    throw new UsageError(fill(texts['too-large'], { limit: answer.bound.states }));
  if (answer.verdict.verdict === 'no such workload') {
    const { strangers, workloads } = answer.verdict;
    throw new UsageError(
      fill(texts['no-such-workload'], { strangers: strangers.join(', '), workloads: workloads.join(', ') }),
    );
  }
  if (answer.verdict.verdict === 'nothing judged')
    throw new UsageError(
      fill(texts['nothing-judged'], { property: answer.property, horizon: formatDuration(answer.horizon) }),
    );
  const lines = { text: textOf, json: (given: Answer) => [JSON.stringify(jsonOf(given))], junit: junitOf }[format](
    answer,
  );
  await writeLines(lines);
  return answer.verdict.verdict === 'counterexample' ? 1 : 0;
}

const formats = ['text', 'json', 'junit'] as const;
type Answer = Extract<RaceAnswer, { kind: 'answer' }>;

/** What a cluster would refuse is left out of a run; nothing can be proved of what is left. Throws UnreadableInput; prints what is wrong. */
function refuseMistakes(options: RunOptions): void {
  const found = new Run(options).info.diagnostics.filter(({ severity }) => severity !== 'info');
  for (const diagnostic of found) process.stderr.write(`${diagnosticLine(diagnostic)}\n`);
  if (found.some(({ severity }) => severity === 'error'))
    throw new UnreadableInput('nothing was searched: a cluster refuses what is written in these files');
}

/** Every file a stage of its own, unless a scenario says what happens when. */
function stagesOf(
  options: RunOptions,
  positionals: readonly string[],
  scenario: string | undefined,
): { readonly source: RunOptions; readonly later: readonly RunOptions['manifests'][] } {
  const stages = positionals.map((path) => readFiles([path]));
  const hasScenario =
    scenario !== undefined ||
    options.manifests.some(
      (file) => file.text.includes('meshscope.dev/') && parseManifests([file]).resources.some(isScenario),
    );
  const [first, ...later] = stages;
  if (hasScenario || first === undefined) return { source: options, later: [] };
  return { source: { ...options, manifests: first }, later };
}

type AskedBound = Partial<SearchBound> & { readonly horizon: number; readonly from?: number };

function boundOf(text: string): AskedBound {
  let horizon: number = defaultHorizon;
  let from: number | undefined;
  let bound: Partial<SearchBound> = {};
  for (const part of text.split(',').filter((item) => item !== '')) {
    const [key, value = ''] = part.split('=');
    const span = parseDuration(value);
    const isCount = /^\d{1,9}$/.test(value);
    if (key === 'horizon' && span !== undefined && span > 0) horizon = span;
    else if (key === 'samples' && isCount) bound = { ...bound, samples: Number(value) };
    else if (key === 'states' && isCount && Number(value) > 0) bound = { ...bound, states: Number(value) };
    else if (key === 'unlucky' && (value === '1' || value === '2'))
      bound = { ...bound, unlucky: value === '1' ? 1 : 2 };
    else if (key === 'from' && span !== undefined) from = span;
    else if (key === 'windows' && value !== '') bound = { ...bound, windows: value.split('+') };
    else
      throw new UsageError(
        `--bound takes horizon=SPAN, samples=N, states=N, unlucky=1|2, from=SPAN and windows=FACT+FACT, not “${part}”`,
      );
  }
  return { ...bound, horizon, ...(from === undefined ? {} : { from }) };
}

/** The answer in sentences. */
function textOf({ verdict, property, horizon, seed, began, bound }: Answer): readonly string[] {
  const { reach } = verdict;
  const params = { ...countsOf(reach), property, horizon: formatDuration(horizon), seed, began: formatDuration(began) };
  const start = fill(texts[began === 0 ? 'seed-whole' : 'seed'], params);
  const closed = reach.closed === 0 ? [] : [fill(texts.closed, params)];
  switch (verdict.verdict) {
    case 'proved':
      return [
        fill(texts.proved, params),
        fill(texts['proved-bound'], params),
        ...(bound.unlucky === 1 ? [] : [fill(texts['proved-pairs'], params)]),
        ...closed,
        ...windowsOf(reach),
        start,
      ];
    case 'none found':
      return [fill(texts['none-found'], params), fill(texts['none-found-bound'], params), ...closed, start];
    case 'counterexample':
      return [fill(texts.counterexample, params), ...storyOf(verdict.counterexample), start];
    case 'nothing judged':
      return [fill(texts['nothing-judged'], params)];
    case 'no such window':
    case 'no such workload':
    case 'too large':
      return []; // bad input: said before there is an answer
  }
}

function countsOf({ waits, pairs, kept, closed, samples, schedules, states }: Answer['verdict']['reach']) {
  return { waits, pairs, kept, closed, samples, schedules, states };
}

/** The windows that a proof is about, one a line. */
function windowsOf({ windows }: Answer['verdict']['reach']): readonly string[] {
  const spans = windows.map(({ fact, min, max, count }) => {
    return `  ${fill(texts.window, { count, fact, min: formatDuration(min), max: formatDuration(max) })}`;
  });
  return [`${texts.windows}:`, ...spans];
}

function storyOf({ deviations, violation, deciding }: Counterexample): readonly string[] {
  const { length } = deviations;
  const intro = length === 0 ? texts['given-fails'] : length === 1 ? texts['one-unlucky'] : texts['many-unlucky'];
  const { instead } = deciding;
  return [
    violationOf(violation),
    fill(intro, { count: length }),
    ...deviations.map((one) => `  ${sentenceOf(one)}`),
    ...(length === 0 ? [] : [texts.least]),
    ...(deciding.line === '' ? [] : [fill(texts.deciding, { at: formatDuration(deciding.at), line: deciding.line })]),
    ...(instead === undefined ? [] : [fill(texts.instead, { line: instead })]),
  ];
}

function violationOf({ sentence, params }: Counterexample['violation']): string {
  const within = params['within'];
  return fill(texts[sentence], typeof within === 'number' ? { ...params, within: formatDuration(within) } : params);
}

function sentenceOf({ path, fact, wait, drawn }: Counterexample['deviations'][number]): string {
  const spans = { wait, drawn, min: fact.min, max: fact.max };
  const written = Object.entries(spans).map(([name, span]) => [name, formatDuration(span)] as const);
  return fill(wait > drawn ? texts.longer : texts.shorter, { path, fact: fact.name, ...Object.fromEntries(written) });
}

/** The answer as one object. */
function jsonOf(answer: Answer): object {
  const { verdict, property, seed, horizon, began, applied, bound } = answer;
  const { reach } = verdict;
  return {
    verdict: verdict.verdict,
    property,
    states: reach.states,
    bound: {
      seed,
      beganUs: began,
      horizonUs: horizon,
      statesMax: bound.states,
      samplesMax: bound.samples,
      unluckyDelays: bound.unlucky,
      ...reach,
    },
    appliedUs: applied,
    ...(verdict.verdict === 'counterexample' ? { counterexample: counterexampleOf(verdict.counterexample) } : {}),
  };
}

function counterexampleOf(counterexample: Counterexample): object {
  const { deviations, violation, deciding } = counterexample;
  return {
    delays: deviations.map(({ path, purpose, draw, wait, drawn, at, fact }) => {
      return {
        path,
        purpose,
        draw,
        fact: fact.name,
        source: fact.source,
        atUs: at,
        waitUs: wait,
        drawnUs: drawn,
        minUs: fact.min,
        maxUs: fact.max,
      };
    }),
    luck: encodeLuck(deviations),
    violation: { record: violation.record, atUs: violation.at, sentence: violationOf(violation) },
    deciding: { record: deciding.record, atUs: deciding.at, line: deciding.line, instead: deciding.instead },
    story: storyOf(counterexample),
  };
}

/** The answer as a test report with one case. */
function junitOf(answer: Answer): readonly string[] {
  const isBroken = answer.verdict.verdict === 'counterexample';
  const [first = '', ...rest] = textOf(answer).map(escaped);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="meshscope explore" tests="1" failures="${isBroken ? 1 : 0}">`,
    `  <testcase name="${escaped(answer.property)}">`,
    isBroken
      ? `    <failure message="${first}">${rest.join('\n')}</failure>`
      : `    <system-out>${[first, ...rest].join('\n')}</system-out>`,
    '  </testcase>',
    '</testsuite>',
  ];
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

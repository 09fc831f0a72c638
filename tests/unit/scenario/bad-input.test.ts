// Every file of bad-input/ is a test: what a run of it says, and that it runs all the same, in <name>.expected.txt beside it.
// A new case is a new file; `npx vitest run --project unit tests/unit/scenario -u` writes or renews expectations.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { ManifestFile } from '../../../src/manifests/index.ts';
import { parseManifests } from '../../../src/manifests/index.ts';
import type { RunLimits } from '../../../src/scenario/index.ts';
import { isScenario, parseScenario, Run } from '../../../src/scenario/index.ts';
import { formatDiagnostic, loadProblemTexts } from '../../../src/text/index.ts';
import '../provide-envoys.ts';

const folder = new URL('bad-input/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));
const second = 1_000_000;
const en = (await loadProblemTexts('en')).diagnostics;
const ja = (await loadProblemTexts('ja')).diagnostics;

function fileOf(name: string): ManifestFile {
  return { path: `${name}.yaml`, text: readFileSync(new URL(`${name}.yaml`, folder), 'utf8') };
}

/** A file as the command line runs it: a scenario among the manifests is the scenario. */
function runOf(file: ManifestFile): Run {
  const hasScenario = parseManifests([file]).resources.some(isScenario);
  return new Run({ scenario: hasScenario ? file.text : '', scenarioPath: file.path, manifests: [file] });
}

describe('bad input', () => {
  test.each(names)('%s', async (name) => {
    const run = runOf(fileOf(name));
    run.advance(5 * second);
    const said = run.info.diagnostics.map((diagnostic) => {
      const { range, severity } = diagnostic;
      expect(formatDiagnostic(diagnostic, ja)).not.toMatch(/\{[a-z]+\}/i);
      return `${range.start.line}:${range.start.column} ${severity}: ${formatDiagnostic(diagnostic, en)}`;
    });
    const { pods, connections } = run.summary();
    const ran = `${pods.ready} of ${pods.total} pods, ${connections.plaintext} connections at ${run.simulated} us`;
    await expect([...said, ran, ''].join('\n')).toMatchFileSnapshot(new URL(`${name}.expected.txt`, folder).pathname);
  });
});

describe('a scenario with mistakes', () => {
  const parse = (spec: string) =>
    parseScenario({
      path: 's.yaml',
      text: `apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: s}\nspec: ${spec}`,
    });

  test('keeps all that is right', () => {
    const { spec, mistakes } = parse(
      '{seed: 3, mesh: linkerd, duration: 9s, programs: [{workload: a/b, boot: soon, calls: ["http://a/ on start", "http://b/ now"]}, {workload: b}]}',
    );
    expect(mistakes).toHaveLength(4);
    expect(spec).toEqual({ seed: 3, duration: '9s', programs: [{ workload: 'a/b', calls: ['http://a/ on start'] }] });
  });

  test.each(['3', 'text', '{nodes: [{name: a}, {name: a}]}', '{interventions: {at: 1s}}'])(
    'ends with a scenario, whatever its spec is: %s',
    (spec) => {
      expect(parse(spec)).toMatchObject({ spec: {}, mistakes: [{ severity: 'error' }] });
    },
  );
});

describe('a run that grows without end', () => {
  const runOfText = (text: string, limits: Partial<RunLimits>): Run =>
    new Run({ scenario: '', manifests: [{ path: 'storm.yaml', text }], limits });
  const storm = (limits: Partial<RunLimits>): Run =>
    runOfText(
      `apiVersion: v1
kind: Pod
metadata: {name: a, annotations: {meshscope.dev/calls: "http://localhost:1/ every 1ms"}}
spec: {containers: [{name: a, image: a}]}
`,
      limits,
    );

  test('is stopped with a sentence; what happened before stays', () => {
    const run = storm({ records: 3_000 });
    expect(run.advance(60 * second)).toBe(true);
    expect(run.stop?.message).toBe('run-too-many-records');
    expect(run.simulated).toBeLessThan(60 * second);
    expect(run.trace.length).toBeGreaterThan(3_000);
    const { length } = run.trace;
    expect(run.advance(60 * second)).toBe(true);
    expect(run.trace.length).toBe(length);
  });

  test('is stopped at the same record, however it is advanced', () => {
    const [straight, inSteps] = [storm({ records: 3_000 }), storm({ records: 3_000 })];
    straight.advance(60 * second);
    while (!inSteps.advance(60 * second, 77));
    expect(inSteps.trace.hash()).toBe(straight.trace.hash());
  });

  test('goes on when it goes back to before that', () => {
    const run = storm({ records: 3_000 });
    run.advance(60 * second);
    run.seek(second);
    expect(run.stop).toBeUndefined();
    run.kill(second, 'default/a');
    expect(run.advance(60 * second)).toBe(true);
    expect(run.stop).toBeUndefined();
    expect(run.simulated).toBe(60 * second);
  });

  const crowd = `apiVersion: batch/v1
kind: Job
metadata: {name: crowd}
spec: {completions: 4000, parallelism: 4000, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}
`;

  test('is stopped when the clock stands still', () => {
    const run = runOfText(crowd, { occurrencesAtOneInstant: 1_000 });
    expect(run.advance(second)).toBe(true);
    expect(run.stop).toMatchObject({ message: 'run-stands-still', params: { limit: 1_000 } });
    const patient = runOfText(crowd, {});
    expect(patient.advance(second)).toBe(true);
    expect(patient.stop).toBeUndefined();
  });

  test('stands where it stopped, whatever is looked up in its past or done at its present', () => {
    const [run, straight] = [1, 2].map(() => runOfText(crowd, { occurrencesAtOneInstant: 1_000 })) as [Run, Run];
    for (const each of [run, straight]) each.advance(second);
    expect(run.simulated).toBeGreaterThan(0);
    expect(run.objectsAt(0).some(({ ref }) => ref.name.startsWith('crowd'))).toBe(true);
    run.seek(run.simulated);
    for (const value of ['stop', 'handled', 'simulated'] as const) expect(run[value]).toEqual(straight[value]);
    expect(run.trace.hash()).toBe(straight.trace.hash());
    run.apply(run.simulated, []);
    expect(run.simulated).toBe(straight.simulated);
  });
});

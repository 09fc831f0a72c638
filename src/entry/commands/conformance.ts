// `meshscope conformance`: one JSON request a line in, one JSON reply a line out, until the input ends.
// What the engine does not answer yet is said by name.
import { createInterface } from 'node:readline';
import { parseManifests } from '../../manifests/index.ts';
import { writeLines } from './output.ts';
import { parseOptions, UsageError } from './usage.ts';

const help = `Usage: meshscope conformance

Reads requests as JSON lines on the standard input ({seq, manifests, env?, steps}) and answers each with one JSON line
({seq, results}), one result a step. A step that is not answered yet gives {"unsupported": "name"}.

  --help   this text
`;

interface Step {
  readonly kind: string;
}
interface ConformanceRequest {
  readonly seq: number;
  readonly manifests: readonly string[];
  readonly steps: readonly Step[];
}

export async function conformance(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, { help: { type: 'boolean', default: false } });
  if (values.help) {
    await writeLines([help.trimEnd()]);
    return 0;
  }
  if (positionals.length > 0)
    throw new UsageError(`conformance reads the standard input, not ${positionals.join(' ')}`);
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() !== '') await writeLines([JSON.stringify(answer(line))]);
  }
  return 0;
}

function answer(line: string): object {
  const request = readRequest(line);
  if (request === undefined) return { seq: seqOf(line), results: [], exception: 'not a conformance request' };
  const results = request.steps.map((step) => {
    try {
      return answerStep(request, step);
    } catch (error) {
      return { exception: error instanceof Error ? error.message : String(error) };
    }
  });
  return { seq: request.seq, results };
}

function readRequest(line: string): ConformanceRequest | undefined {
  try {
    const value = JSON.parse(line) as Partial<ConformanceRequest> | null; // checked field by field below
    if (typeof value?.seq !== 'number' || !Array.isArray(value.steps)) return undefined;
    const manifests: unknown = value.manifests ?? [];
    if (!Array.isArray(manifests) || !manifests.every((text) => typeof text === 'string')) return undefined;
    const steps: readonly unknown[] = value.steps;
    return steps.every(isStep) ? { seq: value.seq, manifests, steps } : undefined;
  } catch {
    return undefined; // said to the caller as a reply without results
  }
}

/** The number of a line that is no request, so that whoever asked hears of it; -1 when there is none. */
function seqOf(line: string): number {
  return Number(/"seq"\s*:\s*(\d+)/.exec(line)?.[1] ?? -1);
}

function isStep(step: unknown): step is Step {
  return typeof step === 'object' && step !== null && 'kind' in step && typeof step.kind === 'string';
}

function answerStep(request: ConformanceRequest, step: Step): object {
  if (step.kind !== 'validate') return { unsupported: step.kind };
  const { diagnostics } = parseManifests(
    request.manifests.map((text, index) => ({ path: `manifest-${index}.yaml`, text })),
  );
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const warning = diagnostics.some(({ severity }) => severity === 'warning');
  return { valid: errors.length === 0, warning, errors: errors.map(({ code }) => code) };
}

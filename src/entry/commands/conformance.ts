// `meshscope conformance`: one JSON request a line in, one JSON reply a line out, until the input ends.
// What the engine does not answer yet is said by name.
import { createInterface } from 'node:readline';
import { parseManifests } from '../../manifests/index.ts';
import { writeLines } from './output.ts';
import { parseOptions } from './usage.ts';

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
  const { values } = parseOptions(args, { help: { type: 'boolean', default: false } });
  if (values.help) {
    await writeLines([help.trimEnd()]);
    return 0;
  }
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() !== '') await writeLines([JSON.stringify(answer(line))]);
  }
  return 0;
}

function answer(line: string): object {
  const request = readRequest(line);
  if (request === undefined) return { seq: -1, results: [], exception: 'not a conformance request' };
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
    return { seq: value.seq, manifests: value.manifests ?? [], steps: value.steps };
  } catch {
    return undefined; // said to the caller as a reply without results
  }
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

// `meshscope conformance`: one JSON request a line in, one JSON reply a line out, until the input ends.
// What the engine does not answer yet is said by name.
import { createInterface } from 'node:readline';
import { writeLines } from '../output.ts';
import { parseOptions, UsageError } from '../usage.ts';
import type { ConformanceReply } from './protocol.ts';
import { readRequest, seqOf } from './protocol.ts';
import { runCase } from './run-case.ts';

const help = `Usage: meshscope conformance

Reads requests as JSON lines on the standard input ({seq, manifests, env?, steps}) and answers each with one JSON line
({seq, results}), one result a step. A step that is not answered yet gives {"unsupported": "name"}.

  --help   this text
`;

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

function answer(line: string): ConformanceReply {
  const request = readRequest(line);
  return typeof request === 'string' ? { seq: seqOf(line), results: [], exception: request } : runCase(request);
}

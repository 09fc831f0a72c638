// Options of the commands and what is said when they are wrong.
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Wrong words on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Parses a command's words. Throws UsageError with node's own sentence. */
export function parseOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export const overview = `meshscope: a service mesh, simulated

Usage: meshscope COMMAND [OPTIONS]

Commands:
  run [FILE|DIR ...]        run manifests and print what happens
  validate [FILE|DIR ...]   check manifests as the API server would
  analyze [FILE|DIR ...]    look for what does not fit together, as istioctl analyze does
  explore FILE|DIR ...      look for a schedule in which a property fails
  proxy-config TABLE POD [FILE|DIR ...]    what an Envoy holds, in istioctl's tables
  ztunnel-config TABLE [FILE|DIR ...]      what a ztunnel holds
  lesson verify|new         prove lessons as they state themselves; begin a new one
  conformance               answer upstream test cases, one JSON object a line, on stdin and stdout

Every command takes --help. What the simulation simplifies or leaves out stands in README.md under "What is simulated", and row
by row, with sources, in the page: press the versions at its foot.
Exit code 0: good; 1: the run failed or something was rejected; 2: unreadable input or usage.
`;

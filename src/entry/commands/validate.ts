// `meshscope validate`: diagnostics as file:line:col.
import { cautionsOf } from '../../manifests/cautions/index.ts';
import { evaluateRule } from '../../manifests/cel/index.ts';
import { parseManifests } from '../../manifests/index.ts';
import { isScenario, nodeCountOf, parseScenario, readManifests } from '../../scenario/index.ts';
import { diagnosticJson, diagnosticLine } from './diagnostics.ts';
import { readFiles } from './files.ts';
import { writeLines } from './output.ts';
import { parseOptions, UsageError } from './usage.ts';

const help = `Usage: meshscope validate [FILE|DIR ...] [--format text|json]

Checks manifests as the API server would: syntax, schema, defaults, the rules of CRDs, names, and what istiod would refuse.
Prints one line a finding: file:line:column: severity: sentence [code]. A FILE of - is the standard input.

  --format text|json   one line a finding, or one JSON array (default text)
  --help               this text
`;

/** Returns the exit code: 1 when something would be rejected. */
export async function validate(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    format: { type: 'string', default: 'text' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) {
    await writeLines([help.trimEnd()]);
    return 0;
  }
  if (values.format !== 'text' && values.format !== 'json')
    throw new UsageError(`--format is text or json, not ${values.format}`);
  if (positionals.length === 0) throw new UsageError('validate needs a file or a directory');
  const files = readFiles(positionals);
  if (files.every(({ text }) => text.trim() === '')) process.stderr.write('meshscope: nothing in the given files\n');
  const scenarios = new Set(
    parseManifests(files)
      .resources.filter(isScenario)
      .map((resource) => resource.source.path),
  );
  const parsed = files.filter((file) => scenarios.has(file.path)).map(parseScenario);
  const nodes = nodeCountOf(parsed[0]?.spec ?? {});
  const diagnostics = [
    ...readManifests(files, { nodes, evaluateRule, cautionsOf }).diagnostics,
    ...parsed.flatMap(({ mistakes }) => mistakes),
  ];
  await writeLines(
    values.format === 'json' ? [JSON.stringify(diagnostics.map(diagnosticJson))] : diagnostics.map(diagnosticLine),
  );
  return diagnostics.some(({ severity }) => severity === 'error') ? 1 : 0;
}

// The command line: finds the command, turns what goes wrong into an exit code, lets the output drain.
import { EngineError } from '../kernel/index.ts';
import { envoyParts } from '../mesh/envoys.ts';
import { provideEnvoys } from '../mesh/index.ts';
import { analyze } from './commands/analyze.ts';
import { conformance } from './commands/conformance/index.ts';
import { explore } from './commands/explore.ts';
import { UnreadableInput } from './commands/files.ts';
import { lesson } from './commands/lesson.ts';
import { proxyConfig, ztunnelConfig } from './commands/proxy-config.ts';
import { run } from './commands/run.ts';
import { overview, UsageError } from './commands/usage.ts';
import { validate } from './commands/validate.ts';

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  run,
  validate,
  analyze,
  explore,
  'proxy-config': proxyConfig,
  'ztunnel-config': ztunnelConfig,
  pc: proxyConfig,
  zc: ztunnelConfig,
  conformance,
  lesson,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`there is no command ${name}`);
  return command(rest);
}

provideEnvoys(envoyParts);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError || error instanceof UnreadableInput) {
    process.stderr.write(`meshscope: ${error.message}\n${error instanceof UsageError ? 'Try --help.\n' : ''}`);
    process.exitCode = 2;
  } else if (error instanceof EngineError) {
    process.stderr.write(
      `meshscope: the engine stopped: ${error.message}. This is a bug; the manifests and the seed show it.\n`,
    );
    process.exitCode = 1;
  } else throw error;
}

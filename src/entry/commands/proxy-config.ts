// `meshscope proxy-config` and `meshscope ztunnel-config`: what a proxy of the simulated cluster holds at an instant, in istioctl's tables.
import type { StoredObject } from '../../kube/index.ts';
import { toYaml } from '../../manifests/index.ts';
import { dumpOf, resourcesOf } from '../../scenario/dumps.ts';
import type { DumpedTable, ProxyDump } from '../../scenario/port.ts';
import { formatDuration, parseDuration, Run } from '../../scenario/index.ts';
import { writeLines } from './output.ts';
import { optionsOf } from './run.ts';
import { parseOptions, UsageError } from './usage.ts';

const options = `  --at SPAN              the instant to look at, such as 20s (default: the scenario's end, else 30s)
  --mesh MODE            none, sidecar or ambient: installs it and enrols every namespace of the manifests;
                         without it their own labels decide
  -o, --output FORM      short (default), or json or yaml: the resources behind the lines, as the proxy itself would dump them
  --scenario FILE, --seed N, --istio VERSION, --kubernetes VERSION   as for run
  --help                 this text
`;

const proxyHelp = `Usage: meshscope proxy-config TABLE POD [FILE|DIR ...] [OPTIONS]

Runs manifests on a simulated cluster and prints what the Envoy of a pod (sidecar, gateway or waypoint) has received from istiod, as
istioctl proxy-config does. TABLE: listener, route, cluster, endpoint, secret or all. POD: [TYPE/]NAME[.NAMESPACE], the name of a pod or
of its workload, such as web.shop or deploy/web.shop.

  -n, --namespace NAME   where POD names none (default: default)
${options}`;

const ztunnelHelp = `Usage: meshscope ztunnel-config TABLE [FILE|DIR ...] [OPTIONS]

Runs manifests on a simulated cluster in ambient mode and prints what a ztunnel holds, as istioctl ztunnel-config does.
TABLE: workload, service, policy, certificate, connections or all.

  --node NAME            the ztunnel of that node (default: of the first node)
  --pod POD              the ztunnel that POD ([TYPE/]NAME[.NAMESPACE]) is enrolled at
  -n, --namespace NAME   where POD names none (default: default)
${options}`;

/** Our tables by istioctl's names and short names for them. */
const envoyNames = {
  listeners: ['listener', 'listeners', 'l'],
  routes: ['route', 'routes', 'r'],
  clusters: ['cluster', 'clusters', 'c'],
  endpoints: ['endpoint', 'endpoints', 'ep'],
  secrets: ['secret', 'secrets', 's'],
} as const;
const ztunnelNames = {
  workloads: ['workload', 'workloads', 'w'],
  services: ['service', 'services', 's', 'svc'],
  policies: ['policy', 'policies', 'p', 'pol'],
  certificates: ['certificate', 'certificates', 'certs', 'cert'],
  connections: ['connections', 'cons'],
} as const;

const common = {
  at: { type: 'string' },
  namespace: { type: 'string', short: 'n', default: 'default' },
  output: { type: 'string', short: 'o', default: 'short' },
  scenario: { type: 'string' },
  mesh: { type: 'string' },
  kubernetes: { type: 'string' },
  istio: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Returns the exit code: 1 when there is no such proxy. */
export async function proxyConfig(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, common);
  if (values.help) return help(proxyHelp);
  const [name, pod, ...files] = positionals;
  const tables = tablesNamed(name, envoyNames, 'proxy-config');
  if (pod === undefined) throw new UsageError('proxy-config needs the name of a pod: [TYPE/]NAME[.NAMESPACE]');
  const [run, at] = runOf(values, files);
  const found = podNamed(run.storedAt(at), pod, values.namespace);
  const has = ({ kind, pod: own }: ProxyDump['proxies'][number]): boolean => kind !== 'ztunnel' && own === found;
  if (found === undefined || !dumpOf(run, at, { pod: found, table: '' }).proxies.some(has))
    return missing(`${pod} has no Envoy at ${formatDuration(at)}`, run, at);
  return print(run, { at, pod: found, output: outputOf(values.output) }, tables);
}

/** Returns the exit code: 1 when there is no such ztunnel. */
export async function ztunnelConfig(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    ...common,
    node: { type: 'string' },
    pod: { type: 'string' },
  });
  if (values.help) return help(ztunnelHelp);
  const [name, ...files] = positionals;
  const tables = tablesNamed(name, ztunnelNames, 'ztunnel-config');
  if (values.node !== undefined && values.pod !== undefined)
    throw new UsageError('at most one of --node and --pod may be given');
  const [run, at] = runOf(values, files);
  const enrolled = values.pod === undefined ? undefined : podNamed(run.storedAt(at), values.pod, values.namespace);
  const { proxies, shown } = dumpOf(run, at, { pod: enrolled ?? '', table: '' });
  const ztunnels = proxies.filter(({ kind }) => kind === 'ztunnel');
  const ztunnel =
    values.pod === undefined
      ? ztunnels.find(({ node }) => values.node === undefined || node === values.node)
      : ztunnels.find((candidate) => enrolled !== undefined && candidate.pod === shown?.pod);
  if (ztunnel === undefined)
    return missing(`no ztunnel serves ${values.pod ?? values.node ?? 'here'} at ${formatDuration(at)}`, run, at);
  return print(run, { at, pod: ztunnel.pod, output: outputOf(values.output) }, tables);
}

async function help(text: string): Promise<number> {
  await writeLines([text.trimEnd()]);
  return 0;
}

function tablesNamed(
  name: string | undefined,
  names: Readonly<Record<string, readonly string[]>>,
  command: string,
): readonly string[] {
  const known = Object.entries(names).filter(([, spellings]) => name !== undefined && spellings.includes(name));
  if (name === 'all' || name === 'a') return Object.keys(names);
  if (known.length > 0) return known.map(([table]) => table);
  const all = Object.values(names).flatMap(([first]) => first ?? []);
  throw new UsageError(`${command} prints ${all.join(', ')} or all, not ${name ?? 'nothing'}`);
}

type Values = Parameters<typeof optionsOf>[0] & { readonly at?: string | undefined };

function runOf(values: Values, files: readonly string[]): readonly [Run, number] {
  const asked = values.at === undefined ? undefined : parseDuration(values.at);
  if (values.at !== undefined && asked === undefined)
    throw new UsageError(`--at is a span such as 500ms or 30s, at most 24h, not “${values.at}”`);
  const run = new Run(optionsOf(values, files));
  const at = asked ?? run.info.duration;
  run.advance(at);
  return [run, Math.min(at, run.simulated)];
}

/** `namespace/name` of a pod: the one of that name, else the first of a workload of that name. */
function podNamed(objects: readonly StoredObject[], text: string, namespace: string): string | undefined {
  const [, type = '', name = '', within = namespace] = /^(?:([^/]+)\/)?([^/]+?)(?:\.([^./]+))?$/.exec(text) ?? [];
  const pods = objects
    .filter(({ resource: { kind, metadata } }) => kind === 'Pod' && metadata.namespace === within)
    .map(({ resource }) => resource.metadata.name);
  const isPod = ['', 'pod', 'pods', 'po'].includes(type);
  const found = (isPod ? pods.find((pod) => pod === name) : undefined) ?? pods.find((pod) => isOf(pod, name));
  return found === undefined ? undefined : `${within}/${found}`;
}

/** A Deployment's pods have two more parts in their names, those of other workloads one. */
function isOf(pod: string, workload: string): boolean {
  return pod.startsWith(`${workload}-`) && /^[a-z0-9]+(-[a-z0-9]{5})?$/.test(pod.slice(workload.length + 1));
}

const outputs = ['short', 'json', 'yaml'] as const;
type Output = (typeof outputs)[number];

function outputOf(text: string): Output {
  const known = outputs.find((output) => output === text);
  if (known === undefined) throw new UsageError(`--output is one of ${outputs.join(', ')}, not ${text}`);
  return known;
}

interface Asked {
  readonly at: number;
  readonly pod: string;
  readonly output: Output;
}

async function print(run: Run, { at, pod, output }: Asked, tables: readonly string[]): Promise<number> {
  if (output !== 'short') {
    const each = tables.map((table) => [table, resourcesOf(run, at, { pod, table }) ?? []] as const);
    const [only, ...others] = each;
    const whole = only !== undefined && others.length === 0 ? only[1] : Object.fromEntries(each);
    await writeLines([output === 'yaml' ? toYaml(whole).trimEnd() : JSON.stringify(whole, undefined, 4)]);
    return 0;
  }
  const texts = tables.map((table) => {
    const { shown } = dumpOf(run, at, { pod, table });
    return shown === undefined ? [] : linesOf(shown);
  });
  await writeLines(texts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])));
  return 0;
}

/** Columns that istioctl sets closer to each other. */
const tight: readonly string[] = ['listeners', 'workloads', 'services', 'policies', 'connections'];

function linesOf({ table, columns, rows }: DumpedTable): readonly string[] {
  const lines = [columns, ...rows.map(({ cells }) => cells)];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  const gap = ' '.repeat(tight.includes(table) ? 1 : 5);
  return lines.map((cells) =>
    cells
      .map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
}

function missing(sentence: string, run: Run, at: number): number {
  const { proxies } = dumpOf(run, at, { pod: '', table: '' });
  const known = proxies.map(({ kind, pod }) => `  ${kind} ${pod.split('/').reverse().join('.')}`);
  process.stderr.write(
    `meshscope: ${sentence}. There are:\n${known.length === 0 ? '  no proxies' : known.join('\n')}\n`,
  );
  return 1;
}

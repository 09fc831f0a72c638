// What a proxy of a run holds at an instant, as istioctl prints it. A door of its own beside index.ts: it loads when somebody looks.
import type { JsonValue } from '../manifests/index.ts';
import { toYaml } from '../manifests/index.ts';
import type { DumpedProxy } from '../mesh/dumps.ts';
import { dumpProxies } from '../mesh/dumps.ts';
import { timestampOf } from '../trace/index.ts';
import type { DumpQuestion, ProxyDump } from './port.ts';
import type { Run } from './run.ts';

/** The proxy that was asked for with one of its tables; the first there is when none was; no table while no proxy fits. */
export function dumpOf(run: Run, at: number, question: DumpQuestion): ProxyDump {
  return atInstant(run, at, (all) => {
    const proxies = all.map(({ process, kind, pod, node, revision, tables }) => {
      return { process, kind, pod, node, revision, tables };
    });
    const shown = proxyFor(all, question);
    if (shown === undefined) return { proxies };
    const { id, columns, rows } = shown.table(question.table);
    const opened = rows.find(({ cells }) => question.row !== undefined && cells.join('\t') === question.row);
    return {
      proxies,
      shown: {
        pod: shown.pod,
        table: id,
        columns,
        rows: rows.map(({ cells, origin }) => ({ cells, origin })),
        detail: opened === undefined ? undefined : toYaml(withoutOrigins(opened.item)),
      },
    };
  });
}

/** What `-o json` prints of a table: what is behind its lines, as Envoy or ztunnel would dump it; undefined while no proxy fits. */
export function resourcesOf(run: Run, at: number, question: Omit<DumpQuestion, 'row'>): JsonValue | undefined {
  return atInstant(run, at, (all) => {
    const shown = proxyFor(all, question);
    return shown === undefined ? undefined : plain(shown.table(question.table).resources);
  });
}

function atInstant<T>(run: Run, at: number, look: (proxies: readonly DumpedProxy[]) => T): T {
  return run.lookAt(at, (kernel, trace) =>
    look(
      dumpProxies({
        read: kernel.read.bind(kernel),
        find: kernel.find.bind(kernel),
        all: kernel.all.bind(kernel),
        now: kernel.now,
        // A certificate may hold since before the run began.
        timestamp: (time) => timestampOf(trace.traceTime(kernel.now) + time - kernel.now),
      }),
    ),
  );
}

function proxyFor(all: readonly DumpedProxy[], { pod }: Pick<DumpQuestion, 'pod'>): DumpedProxy | undefined {
  return pod === '' ? all[0] : proxyOf(all, pod);
}

/** A pod's own proxy; else the ztunnel that speaks for it. */
function proxyOf(proxies: readonly DumpedProxy[], pod: string): DumpedProxy | undefined {
  return proxies.find((proxy) => proxy.pod === pod) ?? proxies.find(({ serves }) => serves.includes(pod));
}

/** Where a thing comes from is told beside it; what is undefined is not there. */
function withoutOrigins(item: object): Readonly<Record<string, JsonValue>> {
  const kept = Object.entries(item).filter(([name, value]) => value !== undefined && !/^origin$|Origin$/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return withoutOrigins(value);
  return value as JsonValue; // configurations are plain data
}

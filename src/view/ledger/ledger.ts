// The fidelity ledger: one row for each part, rule and delay of the engine, with its source and how true it is held to be. What the rows
// are made from lies in evidence.ts, which a script writes.

/** What is known of the engine: its own lists, and what came of upstream's cases. */
export interface Evidence {
  readonly versions: Readonly<Record<'istio' | 'kubernetes' | 'gatewayApi', string>>;
  /** The day upstream's cases were last run. */
  readonly taken: string;
  readonly parts: readonly (readonly [id: string, state: 'modelled' | 'simplified' | 'not-modelled', source: string])[];
  /** Microseconds. `simplified`: '' where nothing is. */
  readonly facts: readonly (readonly [name: string, min: number, max: number, source: string, simplified: string])[];
  /** By rule: how many of upstream's cases meet it, how many of these fail, the source it names. */
  readonly rules: Readonly<Record<string, readonly [cases: number, failed: number, source: string]>>;
  /** By suite. */
  readonly suites: Readonly<Record<string, readonly [passed: number, total: number]>>;
}

/** `verified`: upstream's own cases pass through it; `modelled`: it follows its source, held by the project's own tests. */
export type LedgerState = 'verified' | 'modelled' | 'simplified' | 'not-modelled';

export interface LedgerCases {
  readonly passed: number;
  readonly total: number;
}

interface LedgerEntry {
  /** Stable: links name it. */
  readonly id: string;
  readonly state: LedgerState;
  /** `owner/repo:path`, a standard, or `model` with the reason; '' where a rule was not met by any case. */
  readonly source: string;
  /** Of upstream; '' where the source is none of a release. */
  readonly version: string;
  readonly cases: LedgerCases;
}

export type LedgerRow =
  /** What a part of the engine does, or leaves out. `suites`: those of upstream's cases that are about it. */
  | ({ readonly kind: 'part'; readonly suites: readonly string[] } & LedgerEntry)
  /** A reason that decisions give. */
  | ({ readonly kind: 'rule' } & LedgerEntry)
  /** How long something takes: a window in microseconds, and what of it is simplified. */
  | ({ readonly kind: 'delay'; readonly min: number; readonly max: number; readonly simplified: string } & LedgerEntry);

export interface LedgerFilter {
  /** Words that a row has to contain, all of them, in any case. */
  readonly search: string;
  readonly states: readonly LedgerState[];
}

export interface LedgerGroup {
  readonly kind: LedgerRow['kind'];
  readonly rows: readonly LedgerRow[];
}

/** Which of upstream's suites are about a part. A part that none is about is held by the project's own tests. */
const suitesOfPart: Readonly<Record<string, readonly string[]>> = {
  'kube.api-server': ['validation', 'validation-crd'],
  'kube.kubelet': ['pod-lifecycle', 'pod-image-update'],
  'istiod.status': ['gwapi-status', 'istio-gwstatus'],
  'ambient.hbone': ['ambient-traffic', 'ambient-mtls', 'ztunnel-outbound'],
  'ambient.policy': ['ambient-authz', 'ambient-convert', 'authz-l4', 'peerauth-ambient'],
  'ambient.waypoints': ['ambient-traffic', 'ambient-authz'],
  'sidecar.injection': ['inject-policy', 'inject-shape'],
  'sidecar.listeners': ['sim-sidecar', 'sim-mtls'],
  'sidecar.routes': ['gwapi-mesh', 'gwapi-grpc', 'gwapi-l4', 'traffic-sidecar', 'sim-sidecar'],
  'sidecar.security': ['authz-l7', 'sim-mtls', 'peerauth-mode'],
  'gateway.servers': ['sim-gateway'],
  'gateway.routes': ['gwapi-http', 'gwapi-grpc', 'gwapi-l4', 'sim-gateway'],
};

/** Every row: parts, then rules, then delays. */
export function ledgerRows({ parts, rules, facts, suites, versions }: Evidence): readonly LedgerRow[] {
  return [
    ...parts.map(([id, state, source]): LedgerRow => {
      const about = state === 'not-modelled' ? [] : (suitesOfPart[id] ?? []).filter((suite) => suite in suites);
      const cases = sum(about.map((suite) => suites[suite] ?? [0, 0]));
      const isVerified = state === 'modelled' && cases.passed > 0;
      const version = versionOf(source, versions);
      return { kind: 'part', id, state: isVerified ? 'verified' : state, source, version, cases, suites: about };
    }),
    ...Object.entries(rules).map(([id, [total, failed, source]]): LedgerRow => {
      const cases = { passed: total - failed, total };
      const version = versionOf(source, versions);
      return { kind: 'rule', id, state: cases.passed > 0 ? 'verified' : 'modelled', source, version, cases };
    }),
    ...facts.map(([id, min, max, source, simplified]): LedgerRow => {
      const state = simplified !== '' || source.startsWith('model') ? 'simplified' : 'modelled';
      const version = versionOf(source, versions);
      return { kind: 'delay', id, state, source, version, cases: { passed: 0, total: 0 }, min, max, simplified };
    }),
  ];
}

function sum(pairs: readonly (readonly [number, number])[]): LedgerCases {
  return pairs.reduce(({ passed, total }, [more, of]) => ({ passed: passed + more, total: total + of }), {
    passed: 0,
    total: 0,
  });
}

/** The release that a source names; else the one that its project is held to. */
function versionOf(source: string, { istio, kubernetes, gatewayApi }: Evidence['versions']): string {
  const named = /(?:@v?|\bat )(\d+\.\d+(?:\.\d+)?)/.exec(source)?.[1];
  if (source.startsWith('istio/')) return `Istio ${named ?? istio}`;
  if (source.startsWith('kubernetes/')) return `Kubernetes ${named ?? kubernetes}`;
  if (source.startsWith('kubernetes-sigs/gateway-api')) return `Gateway API ${named ?? gatewayApi}`;
  if (source.startsWith('envoyproxy/')) return `Envoy ${named ?? ''}`.trimEnd();
  return named ?? '';
}

/** Rows that a filter leaves, in groups; `textOf` gives the sentence that is shown for a row, so that a search finds it. */
export function ledgerGroups(
  rows: readonly LedgerRow[],
  { search, states }: LedgerFilter,
  textOf: (row: LedgerRow) => string,
): readonly LedgerGroup[] {
  const words = search
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const found = rows.filter((row) => {
    if (!states.includes(row.state)) return false;
    const text = `${row.id} ${row.source} ${row.version} ${textOf(row)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (['part', 'rule', 'delay'] as const)
    .map((kind) => ({ kind, rows: found.filter((row) => row.kind === kind) }))
    .filter((group) => group.rows.length > 0);
}

/** How many rows there are of each state. */
export function ledgerCounts(rows: readonly LedgerRow[]): Readonly<Record<LedgerState, number>> {
  const counts = { verified: 0, modelled: 0, simplified: 0, 'not-modelled': 0 };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}

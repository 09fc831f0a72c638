// The scenario file: one YAML document of kind Scenario, checked by a schema, every mistake at its line.
// Nothing in it is required: an empty scenario is three nodes, programs inferred from the manifests, no interventions.
import * as v from 'valibot';
import type { Diagnostic, FieldPath, ManifestFile, Range, Resource } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import type { StreamKind } from '../host/index.ts';
import { parseTarget } from '../host/index.ts';
import { parseDuration } from './duration.ts';

const duration = v.pipe(
  v.string(),
  v.check((text) => parseDuration(text) !== undefined, 'a duration such as 250us, 5ms, 1.5s or 2m'),
);
const window = v.union(
  [duration, v.strictObject({ min: duration, max: duration })],
  'a duration such as 5ms, or min and max',
);
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const name = v.pipe(v.string(), v.minLength(1));
const workload = v.pipe(v.string(), v.regex(/^[a-z0-9.-]+\/[a-z0-9.-]+$/, 'namespace/workload'));
const url = v.pipe(
  v.string(),
  v.check(
    (text) => parseTarget(text) !== undefined,
    'a URL such as http://orders:8080/, grpc://orders:9000/shop.Orders/Place or tcp://mysql:3306',
  ),
);
const headers = v.record(v.string(), v.string());

const listenSchema = v.strictObject({
  port,
  protocol: v.optional(v.picklist(['http', 'grpc', 'tcp', 'https', 'any'])),
  greeting: v.optional(v.string()),
  latency: v.optional(window),
  bind: v.optional(v.string()),
  status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599))),
});

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const streamKinds = ['client', 'server', 'bidi'] as const satisfies readonly StreamKind[];

const requestCallSchema = v.strictObject({
  url,
  every: v.optional(duration),
  count: v.optional(count),
  method: v.optional(v.string()),
  headers: v.optional(headers),
  keepAlive: v.optional(v.boolean()),
});
const streamCallSchema = v.strictObject({
  url: v.pipe(url, v.startsWith('grpc://', 'a stream is a gRPC call')),
  stream: v.picklist(streamKinds),
  /** Between two messages. */
  every: duration,
  /** Messages after which the stream ends; default never. */
  count: v.optional(count),
  headers: v.optional(headers),
});

const callForms = 'a URL with `on start`, `every 200ms` or, for gRPC, `bidi stream every 1s`, or an object with url';
const callSchema = v.union(
  [
    v.pipe(
      v.string(),
      v.check((text) => parseCallText(text) !== undefined, callForms),
    ),
    requestCallSchema,
    streamCallSchema,
  ],
  callForms,
);

const programSchema = v.strictObject({
  workload,
  /** Default: the pod's first ordinary container. */
  container: v.optional(name),
  boot: v.optional(window),
  listens: v.optional(v.array(listenSchema)),
  calls: v.optional(v.array(callSchema)),
  exit: v.optional(
    v.strictObject({
      after: v.union([v.literal('calls'), window]),
      code: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    }),
  ),
  onTerm: v.optional(v.union([v.literal('ignore'), window])),
});

const requestSchema = v.strictObject({
  from: workload,
  to: url,
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
  method: v.optional(v.string()),
  headers: v.optional(headers),
});

const interventionSchema = v.union(
  [
    v.strictObject({ at: duration, apply: v.string() }),
    v.strictObject({
      at: duration,
      delete: v.pipe(v.string(), v.regex(/^[A-Za-z]+\/[a-z0-9.-]*\/[a-z0-9.-]+$/, 'Kind/namespace/name')),
    }),
    v.strictObject({ at: duration, kill: workload }),
    v.strictObject({ at: duration, request: requestSchema }),
  ],
  'at, and one of apply, delete, kill or request',
);

export const meshModes = ['none', 'sidecar', 'ambient'] as const;

const scenarioSchema = v.strictObject({
  seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  duration: v.optional(duration),
  mesh: v.optional(v.picklist(meshModes)),
  versions: v.optional(v.strictObject({ istio: v.optional(v.string()), kubernetes: v.optional(v.string()) })),
  meshConfig: v.optional(
    v.strictObject({
      trustDomain: v.optional(name),
      enableAutoMtls: v.optional(v.boolean()),
      outboundTrafficPolicy: v.optional(v.picklist(['ALLOW_ANY', 'REGISTRY_ONLY'])),
      holdApplicationUntilProxyStarts: v.optional(v.boolean()),
    }),
  ),
  istiod: v.optional(
    v.strictObject({ ENABLE_NATIVE_SIDECARS: v.optional(v.picklist(['auto', 'enabled', 'disabled'])) }),
  ),
  nodes: v.optional(
    v.pipe(
      v.array(
        v.strictObject({ name, zone: v.optional(name), region: v.optional(name), kubelet: v.optional(v.string()) }),
      ),
      v.minLength(1),
      v.maxLength(1_000),
    ),
  ),
  /** Manifest files, relative to the scenario file. */
  manifests: v.optional(v.array(name)),
  programs: v.optional(v.array(programSchema)),
  interventions: v.optional(v.array(interventionSchema)),
  markers: v.optional(v.array(v.strictObject({ at: duration, name: v.string() }))),
  /** Column and row of a workload on the stage. */
  pins: v.optional(v.record(workload, v.tuple([v.pipe(v.number(), v.integer()), v.pipe(v.number(), v.integer())]))),
});

export type ScenarioSpec = v.InferOutput<typeof scenarioSchema>;
export type ProgramSpec = v.InferOutput<typeof programSchema>;
export type ListenSpec = v.InferOutput<typeof listenSchema>;
type RequestCallSpec = v.InferOutput<typeof requestCallSchema>;
type StreamCallSpec = v.InferOutput<typeof streamCallSchema>;
export type CallSpec = v.InferOutput<typeof callSchema>;
export type InterventionSpec = v.InferOutput<typeof interventionSchema>;

/**
 * One call as an annotation or a scenario's short form states it: `URL on start`, `URL every 200ms`, or a gRPC stream with its
 * rate of messages, `URL client|server|bidi stream every 1s`. Undefined if it is none of these.
 */
export function parseCallText(text: string): RequestCallSpec | StreamCallSpec | undefined {
  const match = /^(\S+)\s+(?:on\s+start|(?:(client|server|bidi)\s+stream\s+)?every\s+(\S+))$/.exec(text.trim());
  if (match === null) return undefined;
  const [, url = '', kind, interval] = match;
  const protocol = parseTarget(url)?.protocol;
  if (protocol === undefined || (kind !== undefined && protocol !== 'grpc')) return undefined;
  if (interval === undefined) return { url };
  if (parseDuration(interval) === undefined) return undefined;
  const stream = streamKinds.find((known) => known === kind);
  return stream === undefined ? { url, every: interval } : { url, stream, every: interval };
}

export interface ParsedScenario {
  readonly spec: ScenarioSpec;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether a resource is a scenario document. */
export function isScenario(resource: Resource): boolean {
  return resource.kind === 'Scenario' && resource.group === 'meshscope.dev';
}

/** Reads a scenario file. Empty text is the empty scenario; a file with mistakes yields the empty scenario and says why. */
export function parseScenario(file: ManifestFile): ParsedScenario {
  if (file.text.trim() === '') return { spec: {}, diagnostics: [] };
  const { resources, diagnostics } = parseManifests([file]);
  const resource = resources.find(isScenario);
  const others = diagnostics.filter((diagnostic) => diagnostic.code !== 'unknown-kind');
  if (resource === undefined) {
    const start = { line: 1, column: 1, offset: 0 };
    const missing = problem(file.path, { start, end: start }, 'kind', 'apiVersion: meshscope.dev/v1, kind: Scenario');
    return { spec: {}, diagnostics: others.length > 0 ? others : [missing] };
  }
  const parsed = v.safeParse(scenarioSchema, resource.object['spec'] ?? {});
  if (parsed.success) return { spec: parsed.output, diagnostics: others };
  const issues = parsed.issues.map((issue) => {
    const path: FieldPath = [
      'spec',
      ...(issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key))),
    ];
    return problem(file.path, resource.source.locate(path), path.slice(1).join('.'), issue.message);
  });
  return { spec: {}, diagnostics: [...others, ...issues] };
}

function problem(path: string, range: Range, field: string, detail: string): Diagnostic {
  return {
    code: 'scenario-invalid',
    severity: 'error',
    path,
    range,
    message: 'scenario-invalid',
    params: { field, detail },
  };
}

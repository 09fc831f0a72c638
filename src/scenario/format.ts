// The scenario file: one YAML document of kind Scenario, checked by a schema, every mistake at its line.
// Nothing in it is required: an empty scenario is three nodes, programs inferred from the manifests, no interventions.
import * as v from 'valibot';
import type { Diagnostic, JsonValue, ManifestFile, Resource } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import type { StreamKind } from '../host/index.ts';
import { parseTarget } from '../host/index.ts';
import { cniRepairs } from '../mesh/index.ts';
import { parseDuration } from './duration.ts';
import { callEveryMin } from './limits.ts';
import type { ScenarioMessage } from './scenario-issues.ts';
import { diagnosticOf, missingScenario, withoutMistakes } from './scenario-issues.ts';

/** The schema's own words are message keys: what a person reads is said by the text room, in every language. */
const say = (message: ScenarioMessage): ScenarioMessage => message;

const duration = v.pipe(
  v.string(say('scenario-duration')),
  v.check((text) => parseDuration(text) !== undefined, say('scenario-duration')),
);
const window = v.union(
  [
    duration,
    v.pipe(
      v.strictObject({ min: duration, max: duration }),
      v.check(({ min, max }) => (parseDuration(min) ?? 0) <= (parseDuration(max) ?? 0), say('scenario-window-order')),
    ),
  ],
  say('scenario-window'),
);
const every = v.pipe(
  duration,
  v.check((text) => (parseDuration(text) ?? 0) >= callEveryMin, say('scenario-too-often')),
);
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const name = v.pipe(v.string(), v.minLength(1));
const nodeName = v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, say('scenario-node-name')));
const version = v.pipe(v.string(), v.regex(/^v?\d+\.\d+(\.\d+)?([-+][\w.-]+)?$/, say('scenario-version')));
const workload = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, say('scenario-workload')),
);
const url = v.pipe(
  v.string(),
  v.check((text) => parseTarget(text) !== undefined, say('scenario-url')),
);
const headers = v.record(v.string(), v.string());

const listenSchema = v.strictObject({
  port,
  protocol: v.optional(v.picklist(['http', 'grpc', 'tcp', 'https', 'any', 'udp'])),
  greeting: v.optional(v.string()),
  latency: v.optional(window),
  /** Of an idle connection; default never. */
  keepAliveTimeout: v.optional(duration),
  bind: v.optional(v.string()),
  status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599))),
});

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const streamKinds = ['client', 'server', 'bidi'] as const satisfies readonly StreamKind[];

/** Default HTTP/1.1. */
const httpVersion = v.picklist(['HTTP/1.0', 'HTTP/1.1']);

const requestCallSchema = v.strictObject({
  url,
  every: v.optional(every),
  count: v.optional(count),
  method: v.optional(v.string()),
  headers: v.optional(headers),
  keepAlive: v.optional(v.boolean()),
  awaitsGreeting: v.optional(v.boolean()),
  version: v.optional(httpVersion),
});
const streamCallSchema = v.strictObject({
  url: v.pipe(url, v.startsWith('grpc://', say('scenario-call'))),
  stream: v.picklist(streamKinds),
  /** Between two messages. */
  every,
  /** Messages after which the stream ends; default never. */
  count: v.optional(count),
  headers: v.optional(headers),
});

const callSchema = v.union(
  [
    v.pipe(
      v.string(),
      v.check((text) => parseCallText(text) !== undefined, say('scenario-call')),
    ),
    requestCallSchema,
    streamCallSchema,
  ],
  say('scenario-call'),
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
      after: v.union([v.literal('calls'), window], say('scenario-window')),
      code: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    }),
  ),
  onTerm: v.optional(v.union([v.literal('ignore'), window], say('scenario-window'))),
});

const requestSchema = v.strictObject({
  /** `outside`: a client that is on no node. */
  from: v.union([v.literal('outside'), workload], say('scenario-workload')),
  to: url,
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
  method: v.optional(v.string()),
  headers: v.optional(headers),
  version: v.optional(httpVersion),
});

/** A workload or pod as `namespace/name`, or one of the mesh's own by its short name. */
const target = v.pipe(
  v.string(),
  v.regex(
    /^(istiod|ztunnel|istio-cni|[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/,
    say('scenario-workload'),
  ),
);
/** Two ends: a target, `node:NAME`, `control-plane`, or as the second `*` for everything else. */
const linkEnd = v.pipe(
  v.string(),
  v.regex(
    /^(\*|control-plane|node:[a-z0-9][a-z0-9.-]*|istiod|ztunnel|[a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*)$/,
    say('scenario-link-end'),
  ),
);
const link = v.tuple([linkEnd, linkEnd]);
const skew = v.pipe(
  v.string(say('scenario-duration')),
  v.check((text) => parseSkew(text) !== undefined, say('scenario-duration')),
);
/** What lasts: until it is healed, or `for` a while. */
const lasting = { at: duration, for: v.optional(duration) };

const interventionSchema = v.union(
  [
    v.strictObject({ at: duration, apply: v.string() }),
    v.strictObject({
      at: duration,
      delete: v.pipe(v.string(), v.regex(/^[A-Za-z]+\/[a-z0-9.-]*\/[a-z0-9.-]+$/, say('scenario-delete'))),
    }),
    v.strictObject({ at: duration, request: requestSchema }),
    v.strictObject({ at: duration, kill: target }),
    v.strictObject({ at: duration, restart: target, container: v.optional(name) }),
    v.strictObject({ ...lasting, pause: target, container: v.optional(name) }),
    v.strictObject({ ...lasting, slow: target, by: duration, container: v.optional(name) }),
    v.strictObject({ at: duration, cordon: nodeName }),
    v.strictObject({ at: duration, uncordon: nodeName }),
    v.strictObject({ at: duration, drain: nodeName }),
    v.strictObject({ at: duration, reboot: nodeName }),
    v.strictObject({ ...lasting, lose: nodeName }),
    v.strictObject({ ...lasting, skew: nodeName, by: skew }),
    v.strictObject({ ...lasting, delay: link, by: duration }),
    v.strictObject({ ...lasting, drop: link, percent: v.pipe(count, v.maxValue(100)) }),
    v.strictObject({ ...lasting, duplicate: link }),
    v.strictObject({ ...lasting, partition: link }),
    v.strictObject({ ...lasting, cut: target }),
    v.strictObject({ at: duration, expire: target }),
    v.strictObject({
      at: duration,
      condition: target,
      type: name,
      status: v.optional(v.picklist(['True', 'False'])),
    }),
    v.strictObject({ at: duration, heal: name }),
    v.strictObject({
      at: duration,
      scale: target,
      replicas: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5_000)),
    }),
    v.strictObject({ at: duration, roll: target }),
    v.strictObject({ at: duration, upgrade: target, to: name }),
  ],
  say('scenario-intervention'),
);

/** Seeds are 32 bits wide; a larger number would be another seed than the one shown. */
export const seedMax = 0xffff_ffff;

export const meshModes = ['none', 'sidecar', 'ambient'] as const;

const scenarioSchema = v.strictObject({
  seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(seedMax))),
  duration: v.optional(duration),
  mesh: v.optional(v.picklist(meshModes)),
  versions: v.optional(v.strictObject({ istio: v.optional(version), kubernetes: v.optional(version) })),
  meshConfig: v.optional(
    v.strictObject({
      trustDomain: v.optional(name),
      enableAutoMtls: v.optional(v.boolean()),
      outboundTrafficPolicy: v.optional(v.picklist(['ALLOW_ANY', 'REGISTRY_ONLY'])),
      holdApplicationUntilProxyStarts: v.optional(v.boolean()),
    }),
  ),
  istiod: v.optional(
    v.strictObject({
      ENABLE_NATIVE_SIDECARS: v.optional(v.picklist(['auto', 'enabled', 'disabled'])),
      PILOT_HTTP10: v.optional(v.boolean()),
    }),
  ),
  /** istio-cni writes the redirect rules of sidecars, in place of istio-init. */
  cni: v.optional(v.strictObject({ sidecars: v.optional(v.boolean()), repair: v.optional(v.picklist(cniRepairs)) })),
  /** Of Services of type LoadBalancer that do not say it by annotations. */
  loadBalancers: v.optional(v.strictObject({ targets: v.picklist(['instance', 'ip']) })),
  nodes: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          name: nodeName,
          zone: v.optional(name),
          region: v.optional(name),
          kubelet: v.optional(version),
          allocatable: v.optional(v.record(v.string(), v.union([v.string(), v.number()]))),
        }),
      ),
      v.minLength(1),
      v.maxLength(1_000),
      v.check((nodes) => new Set(nodes.map((node) => node.name)).size === nodes.length, say('scenario-node-twice')),
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
 * rate of messages, `URL client|server|bidi stream every 1s`; at least 1 ms apart. Undefined if it is none of these.
 */
export function parseCallText(text: string): RequestCallSpec | StreamCallSpec | undefined {
  const match = /^(\S+)\s+(?:on\s+start|(?:(client|server|bidi)\s+stream\s+)?every\s+(\S+))$/.exec(text.trim());
  if (match === null) return undefined;
  const [, url = '', kind, interval] = match;
  const protocol = parseTarget(url)?.protocol;
  if (protocol === undefined || (kind !== undefined && protocol !== 'grpc')) return undefined;
  if (interval === undefined) return { url };
  if ((parseDuration(interval) ?? 0) < callEveryMin) return undefined;
  const stream = streamKinds.find((known) => known === kind);
  return stream === undefined ? { url, every: interval } : { url, stream, every: interval };
}

/** How far a clock is ahead: a span, or behind with `-` before it. */
export function parseSkew(text: string): number | undefined {
  const span = parseDuration(text.replace(/^-/, ''));
  return span === undefined ? undefined : text.startsWith('-') ? 0 - span : span;
}

export interface ParsedScenario {
  readonly spec: ScenarioSpec;
  /** The scenario document, if there is one. */
  readonly resource?: Resource;
  /** What is wrong with the scenario itself. */
  readonly mistakes: readonly Diagnostic[];
  /** The same, and what is wrong with the file as a whole. */
  readonly diagnostics: readonly Diagnostic[];
}

const defaultNodes = 3;

/** How many nodes the cluster has. Default 3. */
export function nodeCountOf(spec: ScenarioSpec): number {
  return spec.nodes?.length ?? defaultNodes;
}

/** Whether a resource is a scenario document. */
export function isScenario(resource: Resource): boolean {
  return resource.kind === 'Scenario' && resource.group === 'meshscope.dev';
}

/**
 * Reads a scenario file. Empty text is the empty scenario. A file with mistakes says where they are and yields the rest:
 * without the fields, calls or interventions that are wrong.
 */
export function parseScenario(file: ManifestFile): ParsedScenario {
  if (file.text.trim() === '') return { spec: {}, mistakes: [], diagnostics: [] };
  const { resources, diagnostics } = parseManifests([file]);
  const resource = resources.find(isScenario);
  const others = diagnostics.filter((diagnostic) => diagnostic.code !== 'unknown-kind');
  if (resource === undefined) {
    const mistakes = others.some(({ severity }) => severity === 'error') ? [] : [missingScenario(file.path)];
    return { spec: {}, mistakes, diagnostics: [...others, ...mistakes] };
  }
  let spec: JsonValue = resource.object['spec'] ?? {};
  let parsed = v.safeParse(scenarioSchema, spec);
  const mistakes = (parsed.issues ?? []).map((issue) => diagnosticOf(issue, resource, scenarioSchema));
  // Taking out what is wrong may show what was hidden behind it, as two nodes of one name.
  for (let left = 5; !parsed.success && left > 0; left -= 1) {
    spec = withoutMistakes(spec, parsed.issues);
    parsed = v.safeParse(scenarioSchema, spec);
  }
  return { spec: parsed.success ? parsed.output : {}, resource, mistakes, diagnostics: [...others, ...mistakes] };
}

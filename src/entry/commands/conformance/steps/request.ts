// `request`: one request, or many, from a pod or from outside. Sent and answered in a run of the case's cluster.
import * as v from 'valibot';
import type { Manner, Target } from '../../../../host/index.ts';
import { parseTarget, plainManner } from '../../../../host/index.ts';
import { micros, millis, seconds } from '../../../../kernel/index.ts';
import type { RecordId } from '../../../../kernel/index.ts';
import { externalAddress } from '../../../../kube/index.ts';
import type { ObjectMeta } from '../../../../manifests/index.ts';
import { isKind } from '../../../../manifests/index.ts';
import { certificateOf } from '../../../../mesh/index.ts';
import type { Run } from '../../../../scenario/index.ts';
import { askTag } from '../../../../scenario/index.ts';
import { readName } from '../protocol.ts';
import type { Outcome } from '../request-outcome.ts';
import { outcomeOf } from '../request-outcome.ts';
import { runOf } from '../request-world.ts';
import type { CaseState } from '../step-kind.ts';
import { question, unsupported } from '../step-kind.ts';

const texts = v.record(v.string(), v.string());

const schema = v.object({
  from: v.union([
    v.object({ external: v.literal(true) }),
    v.object({ namespace: v.string(), labels: v.optional(texts, {}) }),
  ]),
  to: v.optional(
    v.union([
      v.object({ gateway: v.string(), listener: v.optional(v.string()), port: v.optional(v.number()) }),
      v.object({ service: v.string(), port: v.number() }),
      v.object({ workload: v.string(), port: v.number() }),
      v.object({ address: v.string(), port: v.number() }),
    ]),
  ),
  protocol: v.string(),
  host: v.optional(v.string()),
  method: v.optional(v.string(), 'GET'),
  // A fragment stays with the client.
  path: v.pipe(
    v.optional(v.string(), '/'),
    v.transform((path) => path.replace(/#.*$/, '')),
  ),
  headers: v.optional(texts, {}),
  sni: v.optional(v.string()),
  grpc: v.optional(v.object({ service: v.string(), method: v.string() })),
  tls: v.optional(v.object({ clientCert: v.optional(v.string()) })),
  followRedirects: v.optional(v.boolean(), false),
  repeat: v.optional(v.number(), 1),
  serverFirst: v.optional(v.boolean(), false),
  backendSetsHeaders: v.optional(texts, {}),
});

type RequestStep = v.InferOutput<typeof schema>;

export const requestStep = question('request', schema, (step, state) => {
  let asked: RequestStep | undefined = step;
  let result = once(step, state);
  for (let hops = 1; hops <= redirectsMax; hops += 1) {
    asked = following(asked, result);
    if (asked === undefined) break;
    result = once(asked, state);
  }
  return result;
});

/** As many as Go's client follows. */
const redirectsMax = 10;

/** What a client that follows redirects asks for next: where the answer says, found by its name unless it stands outside. */
function following(step: RequestStep, result: Answered | Failure): RequestStep | undefined {
  if (!step.followRedirects || !('redirect' in result)) return undefined;
  const { scheme, host, port, path } = result.redirect;
  const keepsMethod = result.status === 307 || result.status === 308;
  return {
    ...step,
    to: 'external' in step.from ? step.to : undefined,
    protocol: scheme,
    host: port === undefined ? host : `${host}:${port}`,
    path,
    method: keepsMethod ? step.method : 'GET',
  };
}

/** Of many requests the first one's outcome, and which share each workload answered. */
type Answered = Outcome & {
  /** The label `version` of the pod that answered. */
  readonly backendVersion?: string;
  readonly distribution?: Readonly<Record<string, number>>;
};

/** Why there is no outcome. */
type Failure = ReturnType<typeof unsupported> | { readonly exception: string };

function once(step: RequestStep, state: CaseState): Answered | Failure {
  const scheme = schemes[step.protocol];
  if (scheme === undefined) return unsupported(`protocol ${step.protocol}`);
  const run = runOf(state);
  if (run === undefined) return { exception: 'the case applies nothing' };
  const place = placeOf(step, state, run);
  if (place === undefined) return { reachable: false, l7: false, via: [], error: 'no such destination' };
  const from = clientOf(step, run);
  if (from === undefined) return { exception: 'no ready pod has the labels of the client' };
  return send(run, step, from, { scheme, place, certificate: certificate(step, state) });
}

/** How URLs write the protocols. */
const schemes: Readonly<Record<string, 'http' | 'https' | 'grpc' | 'tcp' | 'tls' | 'udp'>> = {
  http: 'http',
  h2c: 'http',
  h2c_prior_knowledge: 'http',
  https: 'https',
  grpc: 'grpc',
  tcp: 'tcp',
  tls: 'tls',
  udp: 'udp',
};

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where the client connects. Without a destination the URL itself says it. */
function placeOf(step: RequestStep, state: CaseState, run: Run): Place | undefined {
  const { to } = step;
  if (to === undefined) {
    const [host = '', port] = (step.host ?? '').split(':');
    return { host, port: port === undefined ? 80 : Number(port) };
  }
  if ('address' in to) return { host: to.address, port: to.port };
  if ('gateway' in to) return gatewayPlace(to, state, run);
  if ('workload' in to) {
    const { namespace, name } = readName(to.workload);
    const address = podsOf(run).find(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels['app'] === name,
    )?.address;
    return address === undefined ? undefined : { host: address, port: to.port };
  }
  const { namespace, name } = readName(to.service);
  if ('external' in step.from) return outsidePlace(run, { namespace, name }, to.port);
  return { host: `${name}.${namespace}.svc.cluster.local`, port: to.port };
}

/** A Gateway's address and the port of one of its listeners. */
function gatewayPlace(
  to: { readonly gateway: string; readonly listener?: string | undefined; readonly port?: number | undefined },
  { cluster }: CaseState,
  run: Run,
): Place | undefined {
  const { namespace, name } = readName(to.gateway);
  const gateway = cluster
    .objectsOf('Gateway')
    .find(({ resource: { metadata } }) => metadata.namespace === namespace && metadata.name === name);
  const listeners = gateway?.resource.spec.listeners ?? [];
  const listener = listeners.find((item) => item.name === to.listener) ?? listeners[0];
  const port = to.port ?? listener?.port;
  return port === undefined ? undefined : outsidePlace(run, { namespace, name: `${name}-istio` }, port);
}

/** Where a Service is reached from outside. */
function outsidePlace(
  run: Run,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  port: number,
): Place | undefined {
  const service = run
    .storedAt(run.simulated)
    .map(({ resource }) => resource)
    .filter((resource) => isKind(resource, 'Service'))
    .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const host = externalAddress(service);
  return host === undefined ? undefined : { host, port };
}

/** Ready pods. */
function podsOf(run: Run): readonly { readonly metadata: ObjectMeta; readonly address: string }[] {
  return run
    .storedAt(run.simulated)
    .flatMap(({ resource, status }) =>
      isKind(resource, 'Pod') && status?.kind === 'Pod' && status.conditions.ready
        ? [{ metadata: resource.metadata, address: status.podIP ?? '' }]
        : [],
    );
}

function clientOf({ from }: RequestStep, run: Run): string | undefined {
  if ('external' in from) return 'outside';
  const namespace = from.namespace || 'default';
  const pod = podsOf(run).find(
    ({ metadata }) =>
      metadata.namespace === namespace &&
      Object.entries(from.labels).every(([key, value]) => metadata.labels[key] === value),
  );
  return pod === undefined ? undefined : `${namespace}/${pod.metadata.name}`;
}

/** The client certificate of `secret:namespace/name`. */
function certificate({ tls }: RequestStep, { cluster }: CaseState): Manner['certificate'] {
  const written = tls?.clientCert;
  if (written === undefined) return undefined;
  const object = cluster.object({ kind: 'Secret', ...readName(written.replace(/^secret:/, '')) });
  return object !== undefined && isKind(object.resource, 'Secret') ? certificateOf(object.resource) : undefined;
}

interface Sending {
  readonly scheme: NonNullable<(typeof schemes)[string]>;
  readonly place: Place;
  readonly certificate: Manner['certificate'];
}

/** How long an answer may take after it was asked for. */
const patience = seconds(40);

function send(run: Run, step: RequestStep, from: string, sending: Sending): Answered | Failure {
  const asked = { url: urlOf(step, sending), target: targetOf(step, sending) };
  const begin = run.trace.length;
  run.ask(run.simulated, {
    from,
    target: asked.target,
    method: step.method,
    headers: headersOf(step),
    manner: mannerOf(step, sending),
    count: step.repeat,
  });
  const end = run.simulated + patience + step.repeat * millis(100);
  const requests = new Set<RecordId>();
  let answers = 0;
  while (run.simulated < end && answers < step.repeat) {
    const seen = run.trace.length;
    run.advance(micros(run.simulated + millis(100)));
    for (const record of run.trace.select(['request', 'response'], seen)) {
      if (record.kind === 'request') {
        if (record.tag.startsWith(askTag)) requests.add(record.id);
      } else if (requests.has(record.request)) answers += 1;
    }
  }
  // What came of it beside the answer: mirrored requests.
  run.advance(micros(run.simulated + millis(100)));
  const outcomes = [...run.trace.select(['request'], begin)]
    .filter(({ tag }) => tag.startsWith(askTag))
    .map((request) => outcomeOf(run.trace, request.id, asked));
  const [first] = outcomes;
  if (first === undefined) return { exception: 'the request was never sent' };
  const answered = { ...first, ...versionOf(run, first) };
  return step.repeat === 1 ? answered : { ...answered, distribution: distributionOf(outcomes) };
}

function versionOf(run: Run, { backend }: Outcome): Pick<Answered, 'backendVersion'> {
  const version = podsOf(run).find(
    ({ metadata: { namespace, name } }) => namespace === backend?.namespace && name === backend.pod,
  )?.metadata.labels['version'];
  return version === undefined ? {} : { backendVersion: version };
}

function distributionOf(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { backend } of outcomes) if (backend !== undefined) counts[backend.name] = (counts[backend.name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / outcomes.length]));
}

/** The URL as the client writes it: with the host it asks for, which may stand at another address. */
function urlOf(step: RequestStep, { scheme, place }: Sending): string {
  const host = step.host === undefined ? place.host : step.host.replace(/:\d+$/, '');
  return `${scheme}://${host}:${place.port}${pathOf(step)}`;
}

function pathOf({ protocol, grpc, path }: RequestStep): string {
  if (protocol === 'grpc')
    return grpc === undefined ? '/proto.EchoTestService/Echo' : `/${grpc.service}/${grpc.method}`;
  return path;
}

function targetOf(step: RequestStep, sending: Sending): Target {
  const url = urlOf(step, sending);
  const { scheme, place } = sending;
  return parseTarget(url) ?? { protocol: scheme, host: place.host, port: place.port, path: pathOf(step), url };
}

function headersOf(step: RequestStep): readonly (readonly [string, string])[] {
  const set = Object.entries(step.backendSetsHeaders).map(([name, value]) => `${name}:${value}`);
  const hasHost = Object.keys(step.headers).some((name) => name.toLowerCase() === 'host');
  return [
    ...(step.host === undefined || hasHost ? [] : [['host', step.host] as const]),
    ...Object.entries(step.headers),
    ...(set.length === 0 ? [] : [['x-echo-set-header', set.join(', ')] as const]),
  ];
}

function mannerOf(step: RequestStep, { place, certificate: shown }: Sending): Manner {
  return {
    ...plainManner,
    connectTo: place,
    version: step.protocol.startsWith('h2c') ? 'http2' : undefined,
    sni: step.sni ?? step.host?.replace(/:\d+$/, ''),
    certificate: shown,
    roots: 'any',
    awaitsGreeting: step.serverFirst,
  };
}

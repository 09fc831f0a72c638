// Which program a container runs: what the scenario states, else something sensible: an echo server on every declared port,
// a task that ends for init and Job containers, and the calls an annotation states.
import type { SpawnRequest } from '../kube/index.ts';
import type { Call, Listen, PortProtocol, Program } from '../host/index.ts';
import type { Credential } from '../net/index.ts';
import { appBoot, appService, parseTarget, taskRun, termExit } from '../host/index.ts';
import type { DelayFact } from '../kernel/index.ts';
import { exactly } from '../kernel/index.ts';
import type { Container, JsonObject, ResourceOf } from '../manifests/index.ts';
import { isHttp, probersOf, protocolOf, proxyContainerName } from '../mesh/index.ts';
import { parseDuration } from './duration.ts';
import type { CallSpec, ListenSpec, ProgramSpec } from './format.ts';
import { parseCallText } from './format.ts';
import { answersOf, ownEchoPorts, withEchoArguments } from './echo-arguments.ts';
import { greetingOf } from './server-first.ts';

/** Calls a workload makes, on its object or its pod template: URLs with `on start` or `every 200ms`, separated by commas or lines. */
export const callsAnnotation = 'meshscope.dev/calls';

/** What programs are inferred from besides the container. */
export interface ProgramSources {
  readonly programs: readonly ProgramSpec[];
  readonly services: readonly ResourceOf<'Service'>[];
  /** Annotations of the workload object, by `namespace/workload`. */
  readonly annotations: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Certificates of Secrets, by `namespace/name`. */
  readonly secrets: ReadonlyMap<string, Credential>;
}

/** The workload a pod belongs to: `namespace/name` of its Deployment, StatefulSet, DaemonSet, Job, or itself. */
export function workloadOf(request: Pick<SpawnRequest, 'pod'>): string {
  const { pod } = request;
  const { namespace, name, labels } = pod.resource.metadata;
  const owner = pod.owner;
  if (owner === undefined) return `${namespace}/${name}`;
  const hash = labels['pod-template-hash'];
  const isReplicaSetOfDeployment = owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`);
  return `${namespace}/${isReplicaSetOfDeployment ? owner.name.slice(0, -hash.length - 1) : owner.name}`;
}

/** By what they say: the pods of a workload run one program, so that thousands of pods reach for a few programs. */
const programs = new Map<string, Program>();
const programsMax = 1_000;

/** The program of an application's container. */
export function programFor(request: SpawnRequest, sources: ProgramSources): Program {
  const program = makeProgram(request, sources);
  const text = JSON.stringify(program); // plain data
  const known = programs.get(text);
  if (known !== undefined) return known;
  if (programs.size >= programsMax) programs.clear();
  programs.set(text, program);
  return program;
}

function makeProgram(request: SpawnRequest, sources: ProgramSources): Program {
  const workload = workloadOf(request);
  const { container, role } = request;
  const isFirst = userContainers(request)[0]?.name === container.name;
  const stated = sources.programs.find(
    (program) =>
      program.workload === workload &&
      (program.container === undefined ? isFirst : program.container === container.name),
  );
  const inferred = inferProgram(request, sources, isFirst ? workload : undefined);
  if (stated === undefined) return inferred;
  const defaultPort = (port: number): Listen =>
    inferred.listens.find((listen) => listen.port === port) ?? listenOn(port, 'any');
  return {
    boot: windowOf(stated.boot, inferred.boot),
    listens:
      stated.listens === undefined
        ? inferred.listens
        : stated.listens.map((listen) => statedListen(listen, defaultPort(listen.port))),
    calls: stated.calls === undefined ? inferred.calls : stated.calls.flatMap(statedCall),
    exit:
      stated.exit === undefined
        ? role === 'init' || isTask(request)
          ? inferred.exit
          : undefined
        : {
            after: stated.exit.after === 'calls' ? 'calls' : windowOf(stated.exit.after, taskRun),
            code: stated.exit.code ?? 0,
          },
    onTerm: stated.onTerm === 'ignore' ? 'ignore' : windowOf(stated.onTerm, termExit),
  };
}

function isTask(request: SpawnRequest): boolean {
  return request.pod.owner?.kind === 'Job';
}

function inferProgram(request: SpawnRequest, sources: ProgramSources, workload: string | undefined): Program {
  const { pod, container, role } = request;
  const calls =
    workload === undefined ? [] : callsOf(pod.resource.metadata.annotations, sources.annotations.get(workload));
  if (role === 'init' || isTask(request)) {
    return {
      boot: exactly(appBoot, appBoot.min),
      listens: [],
      calls,
      exit: { after: calls.length > 0 ? 'calls' : taskRun, code: 0 },
      onTerm: termExit,
    };
  }
  const ports = new Map<number, Listen>();
  for (const port of container.ports ?? [])
    if (port.protocol === 'TCP') ports.set(port.containerPort, inferListen(request, port.containerPort, sources));
  for (const port of targetPortsOf(request, sources))
    if (!ports.has(port) && userContainers(request).length === 1) ports.set(port, inferListen(request, port, sources));
  for (const port of [...ownEchoPorts(container), ...probePorts(request)])
    if (!ports.has(port)) ports.set(port, listenOn(port, 'any'));
  const credential = credentialOf(request, sources);
  const answers = answersOf(container);
  const datagrams = (container.ports ?? []).filter(({ protocol }) => protocol === 'UDP');
  const echoes = datagrams.map(({ containerPort }) => listenOn(containerPort, 'udp'));
  const listens = [...ports.values(), ...echoes].map((listen) => ({
    ...withEchoArguments(listen, container),
    answers,
    credential,
  }));
  return { boot: appBoot, listens, calls, exit: undefined, onTerm: termExit };
}

/** A server speaks TLS with the certificate of the Secret it mounts. */
function credentialOf({ pod, container }: SpawnRequest, { secrets }: ProgramSources): Credential | undefined {
  const { metadata, spec } = pod.resource;
  const mounted = new Set((container.volumeMounts ?? []).map(({ name }) => name));
  for (const volume of spec.volumes ?? []) {
    const secretName = (volume['secret'] as JsonObject | undefined)?.['secretName']; // an object, by the schema
    if (!mounted.has(volume.name) || typeof secretName !== 'string') continue;
    const credential = secrets.get(`${metadata.namespace}/${secretName}`);
    if (credential !== undefined) return credential;
  }
  return undefined;
}

function listenOn(port: number, protocol: PortProtocol): Listen {
  return {
    port,
    protocol,
    greeting: undefined,
    latency: appService,
    bind: undefined,
    status: 200,
    answers: 'echo',
    keepAliveTimeout: undefined,
    credential: undefined,
  };
}

function inferListen(request: SpawnRequest, port: number, sources: ProgramSources): Listen {
  const { container } = request;
  const servicePort = servicesOf(request, sources)
    .flatMap((service) => service.spec.ports)
    .find((candidate) => candidate.protocol === 'TCP' && containerPortOf(container, candidate.targetPort) === port);
  const declared = servicePort === undefined ? 'Unsupported' : protocolOf(servicePort);
  const greeting = declared === 'MySQL' ? 'mysql greeting' : greetingOf(port, container.image ?? '');
  // A port declared as something else than what its number stands for is what it is declared to be.
  if (greeting !== undefined && (servesBytes(declared) || declared === 'Unsupported'))
    return { ...listenOn(port, 'tcp'), greeting };
  if (declared === 'GRPC' || declared === 'GRPCWeb') return listenOn(port, 'grpc');
  if (isHttp(declared)) return listenOn(port, 'http');
  // A name such as `tcp-service` or `https` tells proxies to pass bytes on, not what the application speaks.
  return listenOn(port, servesBytes(declared) && declared !== 'TCP' ? 'tcp' : 'any');
}

/** Neither HTTP nor TLS: Redis, MongoDB, MySQL, or TCP without a word on what it carries. */
function servesBytes(declared: ReturnType<typeof protocolOf>): boolean {
  return !isHttp(declared) && declared !== 'HTTPS' && declared !== 'TLS' && declared !== 'Unsupported';
}

type Services = ProgramSources['services'];

/** By the Services there are and the pod: the containers of one pod ask several times, each for every port. */
const selecting = new WeakMap<Services, WeakMap<object, Services>>();

function servicesOf({ pod: { resource } }: SpawnRequest, { services }: ProgramSources): Services {
  let byPod = selecting.get(services);
  if (byPod === undefined) selecting.set(services, (byPod = new WeakMap<object, Services>()));
  let found = byPod.get(resource);
  if (found === undefined) byPod.set(resource, (found = services.filter((service) => selects(service, resource))));
  return found;
}

function selects({ metadata, spec }: Services[number], pod: SpawnRequest['pod']['resource']): boolean {
  const { namespace, labels } = pod.metadata;
  const selector = Object.entries(spec.selector ?? {});
  return (
    metadata.namespace === namespace && selector.length > 0 && selector.every(([key, value]) => labels[key] === value)
  );
}

function targetPortsOf(request: SpawnRequest, sources: ProgramSources): readonly number[] {
  return servicesOf(request, sources)
    .flatMap((service) => service.spec.ports)
    .filter((port) => port.protocol === 'TCP')
    .flatMap((port) => containerPortOf(request.container, port.targetPort) ?? []);
}

function containerPortOf(container: Container, target: number | string): number | undefined {
  if (typeof target === 'number') return target;
  return container.ports?.find((port) => port.name === target)?.containerPort;
}

/** Ports that probes look at. A pod with a sidecar is probed by its proxy, which was told where. */
function probePorts({ pod, container }: SpawnRequest): readonly number[] {
  const prefix = `/app-health/${container.name}/`;
  const rewritten = Object.entries(probersOf(pod.resource)).filter(([path]) => path.startsWith(prefix));
  const own = [container.readinessProbe, container.livenessProbe, container.startupProbe].filter(
    (probe) => probe?.httpGet?.path.startsWith(prefix) !== true,
  );
  return [...own, ...rewritten.map(([, prober]) => prober)].flatMap((probe) => {
    const target = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
    const port = target === undefined ? undefined : containerPortOf(container, target);
    return port ?? [];
  });
}

/** The containers somebody wrote: without the proxy that injection added. */
function userContainers({ pod }: SpawnRequest): readonly Container[] {
  return pod.resource.spec.containers.filter(({ name }) => name !== proxyContainerName);
}

function callsOf(...annotations: readonly (Readonly<Record<string, string>> | undefined)[]): readonly Call[] {
  const text = annotations.map((map) => map?.[callsAnnotation]).find((value) => value !== undefined);
  return text === undefined ? [] : callTexts(text).flatMap(statedCall);
}

/** The single calls of an annotation, readable or not. */
export function callTexts(annotation: string): readonly string[] {
  return annotation
    .split(/[\n,;]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function statedCall(spec: CallSpec): readonly Call[] {
  const stated = typeof spec === 'string' ? parseCallText(spec) : spec;
  const target = stated === undefined ? undefined : parseTarget(stated.url);
  if (stated === undefined || target === undefined) return [];
  const every = stated.every === undefined ? undefined : parseDuration(stated.every);
  const { count } = stated;
  const headers = Object.entries(stated.headers ?? {});
  if ('stream' in stated)
    return every === undefined ? [] : [{ kind: 'stream', target, headers, stream: stated.stream, every, count }];
  const { method = 'GET', keepAlive = true, awaitsGreeting = false, version } = stated;
  const isHttp10 = version === 'HTTP/1.0';
  const kept = keepAlive && !isHttp10;
  return [{ kind: 'request', target, method, headers, every, count, keepAlive: kept, awaitsGreeting, isHttp10 }];
}

function statedListen(spec: ListenSpec, fallback: Listen): Listen {
  return {
    port: spec.port,
    protocol: spec.protocol ?? fallback.protocol,
    greeting: spec.greeting ?? fallback.greeting,
    latency: windowOf(spec.latency, fallback.latency),
    bind: spec.bind,
    status: spec.status ?? 200,
    answers: fallback.answers,
    keepAliveTimeout: spec.keepAliveTimeout === undefined ? undefined : parseDuration(spec.keepAliveTimeout),
    credential: fallback.credential,
  };
}

type Window = string | { readonly min: string; readonly max: string };

function windowOf(window: Window | undefined, fallback: DelayFact): DelayFact {
  if (window === undefined) return fallback;
  if (typeof window === 'string') return exactly(fallback, parseDuration(window) ?? fallback.min);
  return {
    ...fallback,
    min: parseDuration(window.min) ?? fallback.min,
    max: parseDuration(window.max) ?? fallback.max,
  };
}

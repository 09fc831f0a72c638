// Probe rewriting: the kubelet asks pilot-agent on port 15020, and pilot-agent asks the application from inside the pod, so that
// probes survive STRICT mTLS. What to ask goes into the proxy's environment, as in the real pod.
// Source: istio/istio:pkg/kube/inject/app_probe.go at 1.31. exec probes stay as they are.
import type {
  Container,
  HttpGetAction,
  IntOrString,
  Lifecycle,
  LifecycleHandler,
  PodResource,
  Probe,
} from '../../manifests/index.ts';

/** What pilot-agent does for one path. Exactly one handler is set. */
export interface AppProber {
  readonly httpGet?: HttpGetAction;
  readonly tcpSocket?: { readonly port: IntOrString; readonly host?: string };
  readonly grpc?: { readonly port: number; readonly service: string };
  readonly timeoutSeconds?: number;
}

/** By path, `/app-health/CONTAINER/livez`. */
export type AppProbers = Readonly<Record<string, AppProber>>;

export const proxyContainerName = 'istio-proxy';

/** The variable of the proxy container that carries them as JSON. */
export const proberVariable = 'ISTIO_KUBE_APP_PROBERS';

export interface Rewriting {
  readonly containers: readonly Container[];
  readonly probers: AppProbers;
}

/** Rewrites the probes and HTTP hooks of containers to `statusPort`; the proxy's own stay. */
export function rewriteProbes(containers: readonly Container[], statusPort: number): Rewriting {
  const probers: Record<string, AppProber> = {};
  const rewritten = containers.map((container) => {
    if (container.name === proxyContainerName) return container;
    const ports = new Map((container.ports ?? []).map((port) => [port.name, port.containerPort]));
    const probe = (kind: string, found: Probe | undefined): Probe | undefined => {
      if (found === undefined || !isRewritten(found)) return found;
      const path = `/app-health/${container.name}/${kind}`;
      const prober = proberOf(found, ports, statusPort);
      if (prober !== undefined) probers[path] = { ...prober, timeoutSeconds: found.timeoutSeconds };
      const { tcpSocket: _tcp, grpc: _grpc, ...rest } = found;
      return { ...rest, httpGet: askAgent(found.httpGet, path, statusPort) };
    };
    const handler = (kind: string, found: LifecycleHandler | undefined): LifecycleHandler | undefined => {
      if (found === undefined || !isRewritten(found)) return found;
      const path = `/app-lifecycle/${container.name}/${kind}`;
      const prober = proberOf(found, ports, statusPort);
      if (prober !== undefined) probers[path] = prober;
      return { httpGet: askAgent(found.httpGet, path, statusPort) };
    };
    return withProbes(container, {
      readinessProbe: probe('readyz', container.readinessProbe),
      livenessProbe: probe('livez', container.livenessProbe),
      startupProbe: probe('startupz', container.startupProbe),
      lifecycle: lifecycleOf(container.lifecycle, handler),
    });
  });
  return { containers: rewritten, probers };
}

interface Probes {
  readonly readinessProbe: Probe | undefined;
  readonly livenessProbe: Probe | undefined;
  readonly startupProbe: Probe | undefined;
  readonly lifecycle: Lifecycle | undefined;
}

function withProbes(
  container: Container,
  { readinessProbe, livenessProbe, startupProbe, lifecycle }: Probes,
): Container {
  return {
    ...container,
    ...(readinessProbe === undefined ? {} : { readinessProbe }),
    ...(livenessProbe === undefined ? {} : { livenessProbe }),
    ...(startupProbe === undefined ? {} : { startupProbe }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
  };
}

function lifecycleOf(
  lifecycle: Lifecycle | undefined,
  handler: (kind: string, found: LifecycleHandler | undefined) => LifecycleHandler | undefined,
): Lifecycle | undefined {
  if (lifecycle === undefined) return undefined;
  const preStop = handler('prestopz', lifecycle.preStop);
  const postStart = handler('poststartz', lifecycle.postStart);
  return {
    ...lifecycle,
    ...(preStop === undefined ? {} : { preStop }),
    ...(postStart === undefined ? {} : { postStart }),
  };
}

/** Whatever goes over the network; commands are left to the kubelet. */
function isRewritten({
  httpGet,
  tcpSocket,
  grpc,
}: Pick<Probe & LifecycleHandler, 'httpGet' | 'tcpSocket' | 'grpc'>): boolean {
  return httpGet !== undefined || tcpSocket !== undefined || grpc !== undefined;
}

/** What pilot-agent will ask, with named ports as numbers; undefined if the name is unknown, or it was rewritten before. */
function proberOf(
  handler: Pick<Probe & LifecycleHandler, 'httpGet' | 'tcpSocket' | 'grpc'>,
  ports: ReadonlyMap<string | undefined, number>,
  statusPort: number,
): AppProber | undefined {
  const { httpGet, tcpSocket, grpc } = handler;
  if (grpc !== undefined) return { grpc };
  const written = httpGet?.port ?? tcpSocket?.port;
  const port = typeof written === 'string' ? ports.get(written) : written;
  if (port === undefined || written === statusPort) return undefined;
  if (httpGet !== undefined) return { httpGet: { ...httpGet, port } };
  return tcpSocket === undefined ? undefined : { tcpSocket: { ...tcpSocket, port } };
}

/** The kubelet's new question: plain HTTP to the agent, with the headers of the old one. */
function askAgent(old: HttpGetAction | undefined, path: string, port: number): HttpGetAction {
  return { ...(old ?? {}), path, port, scheme: 'HTTP' };
}

/** What a pod's proxy was told to ask its applications; {} for a pod without one. A pod injected by hand may carry anything there. */
export function probersOf({ spec }: PodResource): AppProbers {
  const proxy = [...(spec.initContainers ?? []), ...spec.containers].find(({ name }) => name === proxyContainerName);
  const written = proxy?.env?.find((variable) => variable.name === proberVariable)?.value;
  if (written === undefined) return {};
  try {
    return JSON.parse(written) as AppProbers; // the injector's own form
  } catch {
    return {}; // upstream logs it and answers 404 to such probes
  }
}

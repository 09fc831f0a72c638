// Small scenes for sidecars: manifests from a few words, requests sent once every pod is ready, and what became of them.
import { parseTarget, plainManner } from '../../../../src/host/index.ts';
import { Run } from '../../../../src/scenario/index.ts';
import type { TraceRecord } from '../../../../src/trace/index.ts';
import '../../provide-envoys.ts';

const second = 1_000_000;

export interface AppOptions {
  readonly replicas?: number;
  readonly port?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** More fields of the container, as JSON. */
  readonly container?: object;
}

/** A Deployment `namespace/name` with a service account of its own. */
export function app(path: string, options: AppOptions = {}): string {
  const [namespace = '', name = ''] = path.split('/');
  const { replicas = 1, port = 8080, labels = {}, annotations = {}, container = {} } = options;
  const template = {
    metadata: { labels: { app: name, ...labels }, annotations },
    spec: {
      serviceAccountName: name,
      containers: [{ name: 'app', image: name, ports: [{ containerPort: port }], ...container }],
    },
  };
  return documents(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: { replicas, selector: { matchLabels: { app: name } }, template },
    },
  );
}

/** A Service `namespace/name` for the app of that name. */
export function service(path: string, port: object, spec: object = {}): string {
  const [namespace = '', name = ''] = path.split('/');
  return documents({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [port], ...spec },
  });
}

export function namespace(name: string, labels: object = { 'istio-injection': 'enabled' }): string {
  return documents({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

export function istio(kind: string, path: string, spec: object): string {
  const [namespaceName = '', name = ''] = path.split('/');
  const group = ['PeerAuthentication', 'AuthorizationPolicy'].includes(kind)
    ? 'security.istio.io/v1'
    : 'networking.istio.io/v1';
  return documents({ apiVersion: group, kind, metadata: { name, namespace: namespaceName }, spec });
}

export function documents(...objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

export interface Request {
  readonly from: string;
  readonly to: string;
  readonly count?: number;
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** HTTP/1.0. */
  readonly isHttp10?: boolean;
}

export interface SceneOptions {
  /** The scenario's spec. */
  readonly scenario?: object;
  /** Seconds given to the requests. Default 15. */
  readonly seconds?: number;
  readonly seed?: number;
  /** What the scenario's interventions apply, by the names of their files. */
  readonly extras?: Readonly<Record<string, string>>;
  /** Seconds given to the manifests to be ready. Default 30. */
  readonly ready?: number;
}

export interface Scene {
  readonly run: Run;
  /** Results of the requests in order: `200`, `503 UH`, `reset`, ... */
  readonly results: readonly string[];
  /** Responses with what was said of them. */
  readonly responses: readonly TraceRecord<'response'>[];
  /** Access log lines since the requests began. */
  readonly log: readonly string[];
  readonly decisions: (point: string) => readonly TraceRecord<'decision'>[];
}

/** Runs the manifests with sidecars installed, then the requests. */
export function play(manifests: readonly string[], requests: readonly Request[], options: SceneOptions = {}): Scene {
  const scenario =
    options.scenario === undefined
      ? ''
      : JSON.stringify({
          apiVersion: 'meshscope.dev/v1',
          kind: 'Scenario',
          metadata: { name: 'scene' },
          spec: options.scenario,
        });
  const run = new Run({
    scenario,
    manifests: manifests.map((text, index) => ({ path: `${index}.yaml`, text })),
    extras: Object.entries(options.extras ?? {}).map(([path, text]) => ({ path, text })),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const mistakes = run.info.diagnostics.filter(({ severity }) => severity === 'error');
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes));
  run.advanceUntilReady((options.ready ?? 30) * second);
  const began = run.simulated;
  for (const { from, to, count = 1, method = 'GET', headers = [], isHttp10 = false } of requests) {
    const target = parseTarget(to);
    if (target === undefined) throw new Error(`${to} is a URL`);
    run.schedule(began, { from, target, count, method, headers, manner: { ...plainManner, isHttp10 } });
  }
  run.advance(began + (options.seconds ?? 15) * second);
  const asked = [...run.trace.select(['request'])].filter((request) => request.tag.startsWith('ask'));
  const answers = [...run.trace.select(['response'])];
  const responses = asked.flatMap((request) => answers.filter((response) => response.request === request.id));
  return {
    run,
    responses,
    results: responses.map((response) => response.result),
    log: [...run.trace.select(['log'])].filter(({ at }) => at >= began).map(({ line }) => line),
    decisions: (point) =>
      [...run.trace.select(['decision'])].filter((decision) => decision.point === point && decision.at >= began),
  };
}

/** Decisions of sidecars in a run, and those that come out otherwise when they are made again with reasons. */
export function disagreements(run: Run): { readonly decisions: number; readonly wrong: readonly string[] } {
  const decisions = [...run.trace.select(['decision'])].filter(({ point }) => point.startsWith('envoy.'));
  const wrong = decisions.filter((decision) => {
    const explanation = run.explain(decision.id);
    return explanation?.chosen !== decision.chosen || explanation.because.length === 0;
  });
  return { decisions: decisions.length, wrong: wrong.map(({ point, chosen }) => `${point} ${chosen}`) };
}

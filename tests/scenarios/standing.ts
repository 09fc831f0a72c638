// Standing scenarios of this folder and what is asked of them, as `meshscope run` and `meshscope explore` take it.

/** What is looked at in a sample of seeds. */
export interface Standing {
  /** Its folder. */
  readonly id: string;
  readonly properties: readonly string[];
  /** How what breaks the naive one ends: the result of a request, or the sentence of the violation. */
  readonly because: RegExp;
  /** What that follows from: a record among its causes, or a proxy's line about one of their connections. */
  readonly story?: RegExp;
  /** All lines in which the fixed one differs, comments and names aside. */
  readonly mends: RegExp;
}

const noneFails = 'no-failed-request:shop/web';
const nativeSidecars = /ENABLE_NATIVE_SIDECARS: disabled/;

export const standing: readonly Standing[] = [
  {
    id: 'start-race',
    properties: [noneFails],
    because: /^refused$/,
    story: /^\d+\+0 failed connection=.* reason=ECONNREFUSED detail=\S+:15001 refused the connection$/,
    mends: /nativeSidecar: '(?:true|false)'/,
  },
  {
    id: 'stop-race',
    properties: [noneFails],
    because: /^503 UC$/,
    story: /entity=pod\/shop\/orders-.* machine=pilot-agent from=draining to=exited event=after drain$/,
    mends: nativeSidecars,
  },
  {
    id: 'job-never-ends',
    properties: ['job-completes:shop/report'],
    because: /^job-unfinished$/,
    mends: nativeSidecars,
  },
  {
    id: 'server-first',
    properties: ['answered-within:5s,shop/web'],
    because: /^request-unanswered$|^timeout$/,
    mends: /ports: \[\{name: (?:tcp-)?db, port: 3307\}\]/,
  },
  {
    id: 'webhook-timing',
    properties: [noneFails, 'no-plaintext:shop/web,shop/orders'],
    because: /^reset$|^connection-plain$/,
    story: /decision point=admission .* chosen=ignored input=.*"object":"Pod\/shop\/web-/,
    mends: /failurePolicy: (?:Ignore|Fail)/,
  },
  {
    id: 'rollout-503s',
    properties: [noneFails],
    because: /^503 (?:UC|UF|URX,UF|UH)$|^503$/,
    story: /entity=pod\/shop\/orders-\S+ machine=kube\.pod from=running to=terminating event=delete$/,
    mends: /lifecycle: \{preStop: \{exec: \{command: \[sleep, "10"\]\}\}\}/,
  },
  {
    id: 'keep-alive-race',
    properties: [noneFails],
    because: /^503 UC$/,
    story:
      /packet connection=socket\/pod\/shop\/orders-.*127\.0\.0\.6:.* toServer=false message=\{"layer":"tcp","flag":"FIN"\}/,
    mends: /^---$|DestinationRule|idleTimeout: 1s|host: orders$|networking\.istio\.io\/v1|^spec:$/,
  },
  {
    id: 'ztunnel-roll',
    properties: ['stream-never-cut:shop/web'],
    because: /^grpc 14$/,
    story: /machine=ztunnel\.process from=draining to=exited event=after deadline$/,
    mends: /stream: bidi, every: 1s(?:, count: 15)?\}/,
  },
  {
    id: 'certificate-expiry',
    properties: [noneFails],
    because: /^reset$/,
    story: /error="identity error: signing gRPC error/,
    mends: /scale: istiod, replicas: 2/,
  },
  {
    id: 'waypoint-at-zero',
    properties: [noneFails],
    because: /^reset$/,
    story: /decision point=ztunnel\.outbound .* chosen=deny: unknown waypoint/,
    mends: /apply: without\.yaml/,
  },
];

/** What a search is asked, so that it comes to an end: of the naive one a counterexample, of the fixed one a proof. */
export interface Search {
  readonly id: string;
  readonly properties: readonly string[];
  readonly seed: number;
  /** Seconds of the run: what happens before is as the seed has it. */
  readonly from: number;
  /** Seconds that each schedule goes on at most. */
  readonly horizon: number;
  /** Facts whose waits may come out otherwise. */
  readonly windows: readonly string[];
  /** It takes some seconds: measured with the benchmarks, not tested each time. */
  readonly isLong: boolean;
}

/** All ten. Files that are numbered are stages where there is no scenario. */
export const searches: readonly Search[] = [
  // Everything that is drawn once the last manifest is applied, or once the clusters are up.
  { id: 'start-race', properties: [noneFails], seed: 4, from: 0, horizon: 600, windows: ['*'], isLong: true },
  {
    id: 'job-never-ends',
    properties: ['job-completes:shop/report'],
    seed: 7,
    from: 0,
    horizon: 600,
    windows: ['*'],
    isLong: true,
  },
  { id: 'stop-race', properties: [noneFails], seed: 7, from: 8.8, horizon: 60, windows: ['*'], isLong: false },
  {
    id: 'server-first',
    properties: ['answered-within:5s,shop/web'],
    seed: 7,
    from: 9.5,
    horizon: 60,
    windows: ['*'],
    isLong: false,
  },
  { id: 'keep-alive-race', properties: [noneFails], seed: 7, from: 12, horizon: 30, windows: ['*'], isLong: false },
  // How long istiod is away, against the steps of the pod that is made meanwhile.
  {
    id: 'webhook-timing',
    properties: [noneFails, 'no-plaintext:shop/web,shop/orders'],
    seed: 7,
    from: 19.9,
    horizon: 120,
    windows: ['istiod.boot', 'kube.webhook-call', 'kube.sandbox-create', 'kube.probe-first'],
    isLong: true,
  },
  // How late an endpoint leaves, against how soon its application does.
  {
    id: 'rollout-503s',
    properties: [noneFails],
    seed: 7,
    from: 9.9,
    horizon: 24,
    windows: ['kube.endpoint-slice-sync', 'host.term-exit'],
    isLong: true,
  },
  // How long each node has two ztunnels.
  {
    id: 'ztunnel-roll',
    properties: ['stream-never-cut:shop/web'],
    seed: 7,
    from: 19,
    horizon: 120,
    windows: ['ztunnel.boot', 'kube.probe-first', 'kube.pod-cleanup'],
    isLong: true,
  },
  // How everybody hears of the change, and how fast.
  {
    id: 'waypoint-at-zero',
    properties: [noneFails],
    seed: 7,
    from: 19.9,
    horizon: 24,
    windows: ['istiod.*', 'kube.controller-sync', 'kube.endpoint-slice-sync'],
    isLong: true,
  },
  {
    id: 'certificate-expiry',
    properties: [noneFails],
    seed: 7,
    from: 20.5,
    horizon: 30,
    windows: ['kube.*', 'istiod.*', 'net.dns-lookup'],
    isLong: true,
  },
];

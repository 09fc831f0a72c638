// What the talks behind the lessons say, and what is so: the facts of each claim. What is said of it stands in en.ts and ja.ts.

/** The talks, by the names the curriculum gives them. */
export type TalkId = 'T1' | 'T2' | 'T3' | 'T4' | 'T5';

/** `outdated`: right when it was said. `unproved`: a figure whose method nobody has published; it may be right. */
export type ClaimVerdict = 'right' | 'outdated' | 'wrong' | 'unproved';

export interface ClaimSource {
  readonly title: string;
  readonly href: string;
}

export interface Claim {
  readonly talks: readonly TalkId[];
  readonly verdict: ClaimVerdict;
  /** Whose figure it is; '' where no figure is claimed. */
  readonly figureOf: string;
  /** Where the verdict comes from. */
  readonly sources: readonly ClaimSource[];
  /** Ids of the lessons that show it. */
  readonly lessons: readonly string[];
}

const istio = (path: string): ClaimSource => ({
  title: `istio/istio, ${path}`,
  href: `https://github.com/istio/istio/tree/master/${path}`,
});
const ztunnel = (path: string): ClaimSource => ({
  title: `istio/ztunnel, ${path}`,
  href: `https://github.com/istio/ztunnel/tree/master/${path}`,
});
const page = (title: string, href: string): ClaimSource => ({ title, href });

/** In the order of the tracks. */
const claims = {
  'retries-differ': {
    talks: ['T2', 'T3'],
    verdict: 'right',
    figureOf: '',
    sources: [istio('pilot/pkg/networking/core/route/retry')],
    lessons: [],
  },
  'control-plane-down': {
    talks: ['T3', 'T4'],
    verdict: 'right',
    figureOf: '',
    sources: [istio('pilot/pkg/xds'), ztunnel('src/identity')],
    lessons: ['10-control-plane-down', '20-webhook-timing'],
  },
  'dns-keeps-dead': {
    talks: ['T4'],
    verdict: 'right',
    figureOf: '',
    sources: [page('RFC 1035, 3.2.1', 'https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1')],
    lessons: [],
  },
  'proxy-starts-late': {
    talks: ['T1', 'T2'],
    verdict: 'outdated',
    figureOf: '',
    sources: [
      istio('pkg/kube/inject'),
      page('Istio 1.27, change notes', 'https://istio.io/latest/news/releases/1.27.x/announcing-1.27/change-notes/'),
    ],
    lessons: ['20-start-race'],
  },
  'jobs-never-end': {
    talks: ['T2'],
    verdict: 'outdated',
    figureOf: '',
    sources: [
      page('istio/istio #6324', 'https://github.com/istio/istio/issues/6324'),
      page('Kubernetes, sidecar containers', 'https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/'),
    ],
    lessons: ['20-job-never-ends'],
  },
  'mysql-hangs': {
    talks: ['T2'],
    verdict: 'right',
    figureOf: '',
    sources: [
      page(
        'Istio, protocol selection',
        'https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/',
      ),
      istio('pkg/config/protocol'),
    ],
    lessons: ['20-who-speaks-first'],
  },
  'upgrade-restarts-all': {
    talks: ['T1', 'T2'],
    verdict: 'right',
    figureOf: '',
    sources: [page('Istio, canary upgrades', 'https://istio.io/latest/docs/setup/upgrade/canary/')],
    lessons: ['20-upgrade-fleet'],
  },
  'six-or-four': {
    talks: ['T2'],
    verdict: 'wrong',
    figureOf: 'solo.io',
    sources: [istio('manifests/charts/istio-cni'), istio('manifests/charts/ztunnel')],
    lessons: ['20-six-or-four'],
  },
  'no-restart-to-join': {
    talks: ['T1', 'T2'],
    verdict: 'right',
    figureOf: '',
    sources: [istio('cni/pkg/nodeagent')],
    lessons: ['30-one-label'],
  },
  'node-to-node-plain': {
    talks: ['T4'],
    verdict: 'wrong',
    figureOf: '',
    sources: [
      istio('architecture/ambient'),
      ztunnel('src/proxy'),
      page('istio/ztunnel #915', 'https://github.com/istio/ztunnel/pull/915'),
    ],
    lessons: ['30-where-is-the-ciphertext'],
  },
  'ztunnel-is-envoy': {
    talks: ['T2'],
    verdict: 'outdated',
    figureOf: '',
    sources: [
      page('Istio, the Rust-based ztunnel (2023)', 'https://istio.io/latest/blog/2023/rust-based-ztunnel/'),
      ztunnel('ARCHITECTURE.md'),
    ],
    lessons: [],
  },
  'waypoint-per-account': {
    talks: ['T2'],
    verdict: 'outdated',
    figureOf: '',
    sources: [page('Istio, waypoint proxies', 'https://istio.io/latest/docs/ambient/usage/waypoint/')],
    lessons: ['30-l7-needs-a-waypoint'],
  },
  'upgrade-without-restarts': {
    talks: ['T1', 'T2'],
    verdict: 'right',
    figureOf: '',
    sources: [ztunnel('src/drain.rs'), istio('architecture/ambient')],
    lessons: ['30-upgrade-ztunnel'],
  },
  'quarter-faster': {
    talks: ['T1'],
    verdict: 'unproved',
    figureOf: 'The New York Times',
    sources: [
      page(
        'Istio, performance and scalability',
        'https://istio.io/latest/docs/ops/deployment/performance-and-scalability/',
      ),
    ],
    lessons: ['30-a-quarter-faster'],
  },
  'checks-from-everyone': {
    talks: ['T3'],
    verdict: 'right',
    figureOf: '',
    sources: [
      page(
        'Envoy, health checking',
        'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking',
      ),
    ],
    lessons: [],
  },
  'global-or-local': {
    talks: ['T1'],
    verdict: 'right',
    figureOf: '',
    sources: [
      page('Cilium, service affinity', 'https://docs.cilium.io/en/stable/network/clustermesh/affinity/'),
      page('Cilium, global services', 'https://docs.cilium.io/en/stable/network/clustermesh/services/'),
    ],
    lessons: [],
  },
  'nlb-instance-mode': {
    talks: ['T5'],
    verdict: 'right',
    figureOf: 'Expedia',
    sources: [
      page(
        'AWS Load Balancer Controller, pod readiness gate',
        'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/',
      ),
    ],
    lessons: [],
  },
  'liens-protect': {
    talks: ['T5'],
    verdict: 'outdated',
    figureOf: '',
    sources: [page('kubernetes/enhancements #2840', 'https://github.com/kubernetes/enhancements/pull/2840')],
    lessons: [],
  },
} as const satisfies Readonly<Record<string, Claim>>;

export type ClaimId = keyof typeof claims;
/** The same facts as rows of one form. */
export const claimRows: readonly (Claim & { readonly id: ClaimId })[] = Object.entries(claims).map(([id, claim]) => ({
  ...(claim satisfies Claim),
  id: id as ClaimId, // the keys of `claims`, which Object.entries forgets
}));

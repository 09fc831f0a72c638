// What talks say, and what is so, in English: by the ids of claims.ts.
import type { ClaimId, TalkId } from './claims.ts';

interface Talk {
  readonly title: string;
  readonly where: string;
}

export interface ClaimTexts {
  readonly talks: Readonly<Record<TalkId, Talk>>;
  readonly claims: Readonly<Record<ClaimId, { readonly claim: string; readonly answer: string }>>;
}

export const claimTexts: ClaimTexts = {
  talks: {
    T1: { title: 'Journey at the New York Times, a recap', where: 'KubeCon EU 2025; Kubernetes Meetup Tokyo #70' },
    T2: {
      title: 'Istio today and tomorrow: sidecars and beyond',
      where: 'KubeCon NA 2022; Kubernetes Meetup Tokyo #54',
    },
    T3: { title: 'Introduction to service mesh', where: 'builderscon Tokyo 2019' },
    T4: { title: 'Getting in touch with Cloud Service Mesh', where: 'April 2024' },
    T5: { title: 'KubeDay Japan report', where: 'August 2024' },
  },
  claims: {
    'retries-differ': {
      claim: 'Each language brings its own retries, and together they hurt a failing backend.',
      answer:
        'Retries of several layers multiply. A mesh gives all callers one policy, which by default is careful: two retries, and only when nothing was done yet.',
    },
    'control-plane-down': {
      claim: 'When the control plane is down, traffic goes on.',
      answer:
        'With what the proxies know. What is new since is not known to them: new endpoints, new policies, new pods. Certificates last until they expire.',
    },
    'dns-keeps-dead': {
      claim: 'With DNS alone, clients go on calling an endpoint that is dead.',
      answer:
        'An answer is kept for its time to live, by some runtimes longer, and a connection that is open is not asked about again.',
    },
    'proxy-starts-late': {
      claim: 'An application may start before its sidecar, and its first calls fail.',
      answer:
        'Since Istio 1.27 the native sidecar is the default on Kubernetes 1.33 and later: it starts first. On older clusters the claim still holds.',
    },
    'jobs-never-end': {
      claim: 'A Job with a sidecar never completes.',
      answer:
        'True for ordinary sidecars. A native sidecar does not count, and is stopped after the last ordinary container.',
    },
    'mysql-hangs': {
      claim: 'MySQL hangs behind a sidecar, because the server speaks first.',
      answer:
        'Where the port says nothing of its protocol. Istio knows 3306 and does not sniff HTTP there; 3307 hangs. Name the protocol in the Service.',
    },
    'upgrade-restarts-all': {
      claim: 'To upgrade sidecars, every pod has to be made anew.',
      answer: 'A sidecar is part of its pod. Revisions let you choose when, not whether.',
    },
    'six-or-four': {
      claim: 'Six sidecars against four proxies of ambient mode; with three times the pods, eighteen against four.',
      answer:
        'The count leaves out istio-cni, which ambient mode needs on every node. By the charts’ default requests, on three nodes: for 6 pods ambient asks for more (1000m and 1964Mi, against 600m and 768Mi). It is cheaper from 11 pods on in CPU, from 16 in memory.',
    },
    'no-restart-to-join': {
      claim: 'A workload joins ambient mode without a restart.',
      answer: 'Its containers are left as they are. Pods that have a sidecar must be made anew to lose it.',
    },
    'node-to-node-plain': {
      claim:
        'In ambient mode mutual TLS protects the way from the application to the shared proxy, and not the way between nodes.',
      answer:
        'It is the other way round. Application and ztunnel speak plaintext inside the pod; what leaves it is mutual TLS, on the same node too.',
    },
    'ztunnel-is-envoy': {
      claim: 'ztunnel is an Envoy.',
      answer: 'It was at first. Since 2023 it is a program of its own, in Rust, and does not read HTTP.',
    },
    'waypoint-per-account': {
      claim: 'A waypoint is a proxy for one service account.',
      answer:
        'It was at first. Today a label binds a namespace, a Service or a pod to a waypoint, usually one for a namespace.',
    },
    'upgrade-without-restarts': {
      claim: 'Ambient mode is upgraded without restarts.',
      answer: 'No application is restarted. Connections that outlive the drain of their ztunnel are cut.',
    },
    'quarter-faster': {
      claim: 'Mean latency went from 4.98 ms to 3.70 ms with ambient mode.',
      answer:
        'We found the figures in the recap only, without a method: no load, no distribution, no list of what else changed. Take the direction, not the number.',
    },
    'checks-from-everyone': {
      claim: 'When every sidecar checks every instance, the checks become an attack of your own.',
      answer:
        'Active checks grow with callers times instances. Istio asks nobody: it takes endpoints from Kubernetes, and ejects what fails by watching.',
    },
    'global-or-local': {
      claim: 'Cilium’s global services are either global or local; there is nothing in between.',
      answer:
        'There are no weights. Affinity prefers one side, and uses the other only when nothing is left of the first.',
    },
    'nlb-instance-mode': {
      claim:
        'Behind an NLB in instance mode, connections are lost when a node is drained that does not even run the pod.',
      answer: 'The node is a hop. With IP targets and readiness gates the pod is the target. The story is Expedia’s.',
    },
    'liens-protect': {
      claim: 'Liens will keep Kubernetes objects from being deleted while they are in use.',
      answer: 'It stayed a proposal (KEP-2839). What exists is Crossplane’s Usage, an admission webhook.',
    },
  },
};

// The glossary: one sentence or two for each term. A lesson links a term by its id, `[words](#id)`. Fields of manifests are in
// text/fields; a term here is a thing, not a field.

export interface Term {
  /** As it is written. */
  readonly term: string;
  /** How it is said aloud, where its letters do not tell; '' where they do. */
  readonly reading: string;
  readonly text: string;
}

export const glossary = {
  'access-log': {
    term: 'access log',
    reading: '',
    text: 'One line a proxy writes for each request or connection it has finished: who, where to, what came of it, how long it took.',
  },
  ambient: {
    term: 'ambient mode',
    reading: '',
    text: 'Istio without a proxy in each pod. A ztunnel on each node secures connections; a waypoint reads HTTP where somebody asks for it.',
  },
  'authorization-policy': {
    term: 'authorization policy',
    reading: '',
    text: 'Says which callers may do what. Istio’s object is AuthorizationPolicy: CUSTOM is asked first, then DENY, then ALLOW; if no ALLOW policy applies, what is left is allowed.',
  },
  'auto-mtls': {
    term: 'auto mTLS',
    reading: '',
    text: 'A client proxy uses mutual TLS when the endpoint is known to have a proxy, and plaintext when it is not, unless a DestinationRule says otherwise.',
  },
  bound: {
    term: 'bound',
    reading: '',
    text: 'How far a proof of Meshscope reaches: so many schedules, each for so many seconds. Beyond it nothing is claimed.',
  },
  canary: {
    term: 'canary release',
    reading: '',
    text: 'A new version gets a small share of the traffic, or the traffic of a few people, before it gets all.',
  },
  certificate: {
    term: 'certificate',
    reading: '',
    text: 'A signed statement of who somebody is. Istio’s last 24 hours by default, name a SPIFFE ID, and are renewed well before they end.',
  },
  'circuit-breaker': {
    term: 'circuit breaker',
    reading: '',
    text: 'Limits of a connection pool: a request above them is refused at once (UO) instead of waiting. Ejecting failing hosts is something else: outlier detection.',
  },
  connection: {
    term: 'connection',
    reading: '',
    text: 'One TCP conversation between two sockets. Layer 4 sees connections; many requests may travel on one.',
  },
  'control-plane': {
    term: 'control plane',
    reading: '',
    text: 'What decides and tells: the API server for Kubernetes, istiod for Istio. No request of an application passes through it.',
  },
  'data-plane': {
    term: 'data plane',
    reading: '',
    text: 'What requests pass through: sidecars, ztunnels, waypoints, gateways. It goes on with what it was told last.',
  },
  'deletion-protection': {
    term: 'deletion protection',
    reading: '',
    text: 'An object cannot be deleted while something else is known to use it.',
  },
  deregistration: {
    term: 'deregistration',
    reading: '',
    text: 'A load balancer stops sending new connections to a target, and gives the open ones some time.',
  },
  'destination-rule': {
    term: 'DestinationRule',
    reading: '',
    text: 'Says how to reach a host once it has been chosen: subsets, load balancing, connection limits, outlier detection, TLS.',
  },
  drain: {
    term: 'drain',
    reading: '',
    text: 'To stop taking new work and finish what is open, up to a deadline. What is open after it is cut.',
  },
  'east-west-gateway': {
    term: 'east-west gateway',
    reading: '',
    text: 'The door between two clusters or networks of one mesh. North-south is traffic from outside the mesh.',
  },
  endpoint: {
    term: 'endpoint',
    reading: '',
    text: 'An address and port behind a Service, listed in an EndpointSlice. Every proxy has its own copy of the list, and learns of changes a little later.',
  },
  envoy: {
    term: 'Envoy',
    reading: 'EN-voy',
    text: 'The proxy that sidecars, waypoints and gateways of Istio run. ztunnel is not Envoy.',
  },
  failover: {
    term: 'failover',
    reading: '',
    text: 'Traffic goes somewhere else when the usual place fails: another host, zone or cluster.',
  },
  'gateway-api': {
    term: 'Gateway API',
    reading: '',
    text: 'The routing API of Kubernetes itself: Gateway, HTTPRoute, GRPCRoute and others. A route with a Service as parent speaks of traffic inside the mesh.',
  },
  goaway: {
    term: 'GOAWAY',
    reading: '',
    text: 'A message of HTTP/2: this connection takes no new streams. Those that are open may end.',
  },
  'grace-period': {
    term: 'grace period',
    reading: '',
    text: 'The time between asking a pod to stop and killing it: terminationGracePeriodSeconds, 30 s by default. A preStop hook uses it up.',
  },
  hbone: {
    term: 'HBONE',
    reading: 'H-bone',
    text: 'Istio’s tunnel: HTTP/2 CONNECT inside mutual TLS, on port 15008. Each connection of an application is a stream in it.',
  },
  'http-route': {
    term: 'HTTPRoute',
    reading: '',
    text: 'The Gateway API’s rules for HTTP. Of several that match, the most specific wins, whatever their order.',
  },
  identity: {
    term: 'identity',
    reading: '',
    text: 'Who a workload is, proved by its certificate: its service account. Labels and addresses are not part of it.',
  },
  'incremental-migration': {
    term: 'incremental migration',
    reading: '',
    text: 'To bring workloads into a mesh piece by piece, with the old and the new side by side all the while.',
  },
  'init-container': {
    term: 'init container',
    reading: '',
    text: 'A container that runs to its end before the ordinary ones start. istio-init is one: it writes the redirect rules.',
  },
  injection: {
    term: 'injection',
    reading: '',
    text: 'A webhook adds the sidecar to a pod when the pod is created. A pod that runs is never changed.',
  },
  istiod: {
    term: 'istiod',
    reading: 'istio-d',
    text: 'Istio’s control plane: it tells proxies what they need to know, signs certificates, and injects sidecars.',
  },
  kubelet: {
    term: 'kubelet',
    reading: 'CUBE-let',
    text: 'The agent of Kubernetes on a node. It starts, probes and stops the containers of that node’s pods.',
  },
  'l4-l7': {
    term: 'layer 4, layer 7',
    reading: '',
    text: 'Layer 4 knows addresses, ports and connections; layer 7 reads requests: methods, paths, headers, status codes.',
  },
  locality: {
    term: 'locality',
    reading: '',
    text: 'Region, zone and sub-zone of an endpoint, taken from its node. A proxy can prefer what is near.',
  },
  mesh: {
    term: 'service mesh',
    reading: '',
    text: 'Proxies beside or below the applications, told what to do by one control plane: identity, encryption, routing and measurement without a library in each application.',
  },
  mtls: {
    term: 'mutual TLS (mTLS)',
    reading: 'em-TLS',
    text: 'TLS in which both sides show a certificate: the connection is encrypted, and each knows who the other is.',
  },
  'native-sidecar': {
    term: 'native sidecar',
    reading: '',
    text: 'An init container with restartPolicy: Always. It starts before the ordinary containers, stays beside them, and is stopped after them.',
  },
  netns: {
    term: 'network namespace',
    reading: '',
    text: 'A pod’s own network: its interfaces, its ports, its redirect rules. All containers of a pod share it.',
  },
  observability: {
    term: 'observability',
    reading: '',
    text: 'What can be told of a system from outside: logs, metrics, traces.',
  },
  'outlier-detection': {
    term: 'outlier detection',
    reading: '',
    text: 'A proxy leaves out a host that has failed several times in a row, for a while. By default at most 10 % of the hosts may be left out.',
  },
  'peer-authentication': {
    term: 'PeerAuthentication',
    reading: '',
    text: 'Says what a server accepts: PERMISSIVE takes mutual TLS and plaintext, STRICT only mutual TLS.',
  },
  plaintext: {
    term: 'plaintext',
    reading: '',
    text: 'What anybody on the way can read.',
  },
  probe: {
    term: 'probe',
    reading: '',
    text: 'A question of the kubelet to a container. Startup: has it started? Readiness: may it be called? Liveness: should it be restarted?',
  },
  property: {
    term: 'property',
    reading: '',
    text: 'Something that has to hold in every schedule of a lesson, such as “no request fails”.',
  },
  'redirect-rule': {
    term: 'redirect rule',
    reading: '',
    text: 'A rule of the pod’s own kernel that turns a connection to a proxy’s port. Outgoing connections of a sidecar’s pod go to 15001, incoming ones to 15006.',
  },
  'response-flag': {
    term: 'response flag',
    reading: '',
    text: 'Two or so letters in Envoy’s access log that say why: UF the upstream could not be reached, UC it closed the connection, UH nobody healthy, NR no route, UO over the limit, DC the client left.',
  },
  retry: {
    term: 'retry',
    reading: '',
    text: 'The proxy tries a request again. Istio tries up to twice more by default, and only when the failure says that nothing was done yet; a 503 of the application is not tried again.',
  },
  revision: {
    term: 'revision',
    reading: '',
    text: 'One of several control planes in one cluster, chosen by the label istio.io/rev. An upgrade moves namespaces from one to the next.',
  },
  rollout: {
    term: 'rollout',
    reading: '',
    text: 'A Deployment replaces its pods a few at a time. Old ones leave while new ones become ready.',
  },
  rst: {
    term: 'RST',
    reading: 'reset',
    text: 'TCP’s answer when nobody listens, or when a side cuts a connection. The other side gets “connection refused” or “connection reset”, at once.',
  },
  schedule: {
    term: 'schedule',
    reading: '',
    text: 'One way in which a run can go: one choice for every delay that may vary, and one order for what happens at the same instant.',
  },
  'server-first': {
    term: 'server-first protocol',
    reading: '',
    text: 'The server speaks first, as in MySQL and SMTP. A proxy that waits for the client’s first bytes to guess the protocol waits for ever.',
  },
  'service-account': {
    term: 'service account',
    reading: '',
    text: 'The name a pod has towards Kubernetes. In the mesh it is the workload’s identity.',
  },
  'service-discovery': {
    term: 'service discovery',
    reading: '',
    text: 'To find out where the instances of a service are, now.',
  },
  sidecar: {
    term: 'sidecar',
    reading: '',
    text: 'A container beside the application’s, in the same pod. Here: the Envoy that all of the pod’s traffic passes through.',
  },
  sniffing: {
    term: 'protocol sniffing',
    reading: '',
    text: 'A proxy looks at the first bytes to find out whether they are HTTP, when the Service’s port does not say.',
  },
  'spiffe-id': {
    term: 'SPIFFE ID',
    reading: 'spiffy',
    text: 'An identity as a URI: spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT. It stands in the certificate.',
  },
  'start-stop-order': {
    term: 'start and stop sequence',
    reading: '',
    text: 'Which container of a pod starts first, and which is stopped last. Ordinary containers do not wait for each other.',
  },
  subset: {
    term: 'subset',
    reading: '',
    text: 'Some of a service’s endpoints, chosen by labels in a DestinationRule; a VirtualService can route to it by name.',
  },
  'virtual-service': {
    term: 'VirtualService',
    reading: '',
    text: 'Istio’s own routing rules for a host. The first rule in the list that matches decides.',
  },
  waypoint: {
    term: 'waypoint',
    reading: '',
    text: 'The Envoy of ambient mode: it reads HTTP for the services that are bound to it. It belongs to the destination, not to the caller.',
  },
  webhook: {
    term: 'admission webhook',
    reading: '',
    text: 'The API server asks it before an object is stored. Its failurePolicy says what happens when it does not answer: refuse, or go on without.',
  },
  weight: {
    term: 'weight',
    reading: '',
    text: 'A share of a route’s requests. Each request is decided by itself, however many pods stand behind.',
  },
  xds: {
    term: 'xDS',
    reading: 'x-D-S',
    text: 'How istiod tells proxies what they need: a stream on which it sends listeners, routes, clusters and endpoints, again whenever they change.',
  },
  'zero-downtime': {
    term: 'zero-downtime shift',
    reading: '',
    text: 'To move traffic from the old to the new so that nobody is refused meanwhile.',
  },
  ztunnel: {
    term: 'ztunnel',
    reading: 'zee-tunnel',
    text: 'The node’s proxy of ambient mode, written in Rust. It works on connections: identity, encryption, layer-4 policy. It does not read HTTP.',
  },
} as const satisfies Readonly<Record<string, Term>>;

export type TermId = keyof typeof glossary;
export type Glossary = Readonly<Record<TermId, Term>>;

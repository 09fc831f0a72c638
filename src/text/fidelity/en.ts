// What is modelled, simplified and left out, in English. Keys are the ids of the fidelity rows; a row is one sentence or list, without a full stop.

export const fidelity = {
  'net.tls': 'TLS 1.3 handshakes, flight by flight: what is offered, which certificate, which alert',
  'net.http': 'HTTP/1.0, HTTP/1.1, HTTP/2 and gRPC: heads, streams, resets, status codes',
  'net.whole-messages': 'A message is one packet: no segments, chunks or flow control',
  'net.delays': 'Delays are drawn from a chosen range; bandwidth, loss and queues are left out',
  'net.crypto': 'TLS session resumption, 0-RTT, the cost of cryptography',
  'host.sockets': 'TCP connections from SYN to FIN or RST, listening sockets, refused connections',
  'host.redirect': 'Redirect rules of a network namespace, in order, first match wins',
  'host.programs': 'Your images are not run: a program acts them out and answers, calls, starts and stops as told',
  'host.syn': 'Repeated SYNs are one wait of 127 s',
  'host.grpc-client':
    'gRPC clients: one address at a time, backoff as upstream; no deadlines, keepalive or client-side balancing',
  'host.tcp-details': 'TCP windows, retransmission, acknowledgements of data, TIME_WAIT',
  'host.other-protocols': 'sizes of datagrams, ICMP as packets, marks on packets after the first',
  'kube.api-server':
    'API server: schemas, defaults, validation, apply and delete, watches that each arrive in their own time',
  'kube.controllers':
    'Deployment, ReplicaSet, StatefulSet, DaemonSet and Job: replicas, rollouts, retries with backoff',
  'kube.kubelet':
    'kubelet: init and sidecar containers, probes, hooks, restarts with backoff, termination within its grace period',
  'kube.services': 'Services and EndpointSlices, with the delay until each node knows',
  'kube.proxy': 'kube-proxy: rules written at most once a second, a random choice among ready endpoints',
  'kube.load-balancers':
    'Load balancers with registered targets, health checks as looks, and readiness gates; others reach pods at once',
  'kube.scheduler':
    'Scheduler: node selectors and node affinity, taints, requests where a node states what it has; pods of one owner take the nodes in turn',
  'kube.images': 'Images are on every node, volumes mount at once, commands inside containers succeed',
  'kube.dns': 'DNS: a look-up is one wait, not packets; no caches; names outside the cluster do not exist',
  'kube.watches': 'Watches never break; API priority and fairness, client-side limits and write conflicts are left out',
  'kube.webhooks': 'An admission webhook’s call is one wait, and its timeout is never reached',
  'kube.service-addresses': 'ClusterIPs are given in order, not at random',
  'kube.scale-down':
    'Which pod goes first when replicas shrink: what a Deployment’s other ReplicaSets have on a node does not count',
  'kube.api-server-rest':
    'Authentication and RBAC, quotas, validating webhooks and policies, field owners of server-side apply',
  'kube.rollout-rest': 'Revision history, volume claims',
  'kube.job-rest': 'Time zones of CronJobs other than UTC, Jobs managed by others, many pods started slowly',
  'kube.scheduler-rest': 'Taints by hand, pod affinity, topology spread, preferred terms, preemption',
  'kube.node-rest': 'Leases one by one, pressure and its evictions, resource limits, static pods',
  'kube.service-rest': 'External IPs, session affinity, traffic distribution, IPv6',
  'istiod.push': 'istiod: registry, debounce, one push for each proxy, configuration that arrives late',
  'istiod.identity': 'SPIFFE identities, certificates by CSR, rotation before they expire',
  'istiod.push-throttle': 'Proxies do not queue for a push; a push of all types is one message',
  'istiod.status':
    'Statuses of the Gateway API’s objects, of waypoints and of policies, message by message as istiod writes them',
  'istiod.status-writes':
    'Statuses are written with a push; whether a private key belongs to its certificate is not checked',
  'istiod.mesh-config':
    'MeshConfig, also from the ConfigMap istio: outbound policy, mTLS, paths, places, retries, timeouts, who sees what, discoverySelectors, authorizers, proxy defaults; other fields count as their defaults',
  'istiod.regex':
    'Regular expressions: matched in linear time with RE2’s syntax, of character properties only a few; what RE2 refuses is refused',
  'istiod.version-defaults':
    'What istiod does by default, by its own version and its proxies’: retries on 503 and towards applications (changed in 1.24), native sidecars (1.27); everything else as at 1.31',
  'istiod.revisions': 'Leader election, several clusters and networks, other certificate authorities',
  'ambient.enrolment': 'Enrolment by label, for new and for running pods',
  'ambient.redirect': 'Redirect rules inside an enrolled pod',
  'ambient.hbone': 'HBONE: mutual TLS 1.3, CONNECT, pooled tunnels with 100 streams at a time',
  'ambient.policy': 'L4 AuthorizationPolicy and PeerAuthentication at the server’s ztunnel',
  'ambient.streams': 'Half-closed streams, flow control and byte counts',
  'ambient.tunnel-failure':
    'Connections that wait for a tunnel fail with it together; upstream tries one after another',
  'ambient.agent':
    'The CNI plugin that holds sandboxes up, the agent’s enrolments (none, pending, enabled), its restarts, ztunnel’s list of pods',
  'ambient.drain':
    'A stopping ztunnel: GOAWAY, 25 s for what is open, sooner when nothing is; two of them during an upgrade',
  'ambient.certificates':
    'Certificates of ztunnels: fetched by priority, eight at a time, renewed at half of their validity, kept until they end',
  'ambient.control': 'ztunnel asks for certificates on its control connection; the real one has a connection for that',
  'ambient.pings': 'PINGs that are answered leave no packets; a peer that is gone is missed after 20 s',
  'ambient.waypoints':
    'Waypoints: whose traffic they take, routes, policies, clusters by tunnel, TLS inside of tunnels, and what happens while one is not ready',
  'ambient.waypoints-rest':
    'At waypoints: canaries, PROXY protocol, several networks, wildcard hosts of TLS, extensions',
  'ambient.dns':
    'DNS capture answers hosts of ServiceEntries; a look-up is no packet, and the cluster’s DNS speaks of its Services itself',
  'ambient.entries':
    'ServiceEntries and WorkloadEntries at ztunnels and waypoints, with addresses that istiod gives them by age',
  'ambient.rest': 'SOCKS, several networks, on-demand xDS, revoked certificates (CRL), metrics',
  'gateway.servers': 'Servers of several Gateways on one proxy: which share a port, which give way',
  'gateway.routes': 'Hosts that a Gateway and its routes have in common, in the order of the Gateway API',
  'gateway.ingress':
    'Kubernetes’ Ingress, as the Gateways and rules that istiod makes of it. Its status is where the Service that ingressService names is reached; nodes have no external addresses',
  'gateway.deployment': 'What istiod deploys for a Gateway: without autoscaler and disruption budget, always one pod',
  'gateway.certificates': 'Certificates of Secrets by their names and issuers; signatures and dates are not checked',
  'gateway.proxy-protocol':
    'The PROXY header (gatewayTopology.proxyProtocol): a load balancer with targets sends it, in version 2, where the Service is annotated aws-load-balancer-proxy-protocol: "*" or its target group attributes say so; health checks have none',
  'gateway.quic': 'HTTP/3',
  'sidecar.injection':
    'Injection: webhooks of revisions and tags, istiod’s policy and version, native sidecars, rewritten probes',
  'sidecar.redirect': 'Redirect rules of istio-init with their annotations, for IPv4 and the proxy’s user',
  'sidecar.cni':
    'istio-cni for sidecars: rules from annotations at the sandbox, istio-validation with exit 126, repair by rules, deletion or label; its reads from the API server never fail',
  'sidecar.listeners': 'Listeners, protocol selection and sniffing, server-first protocols',
  'sidecar.routes':
    'Routes of VirtualService, HTTPRoute and GRPCRoute: matches, weights, redirects, direct responses, rewrites, header changes, timeouts, retries, faults, mirrors, CORS; TLS and TCP routes',
  'sidecar.security':
    'Auto mTLS for each endpoint, PeerAuthentication at the server, AuthorizationPolicy for HTTP and TCP, tokens, external authorizers',
  'sidecar.balancing':
    'Load balancing by fewest requests, in turn, at random, by hash; priorities of localities, retries on another endpoint, connection pools',
  'sidecar.destination-rule': 'DestinationRule: subsets, TLS, circuit breakers, outlier detection, load balancers',
  'sidecar.start': 'Start of pilot-agent: certificate first, then Envoy; upstream fetches both at once',
  'sidecar.one-worker':
    'A proxy forwards in no time of its own and has one worker: one pool and one count for each destination',
  'sidecar.whole-messages':
    'Messages travel whole: no bodies in pieces, flow control, pipelining or half-open connections',
  'sidecar.xds': 'CDS, EDS, LDS and RDS arrive as one message without an ACK; nothing warms on its own',
  'sidecar.filter-chains':
    'When a listener changes, connections on chains that changed keep them, with the policies they had, get Connection: close or GOAWAY, and are closed after drainDuration. What is not compiled here (Telemetry, most EnvoyFilters) drains nothing, and GOAWAY is said once',
  'sidecar.hashing':
    'Consistent hashing ranks endpoints by the hash of key and endpoint; Envoy walks a ring or a table',
  'sidecar.names':
    'Names of endpoints are looked up when a connection is made; Envoy looks them up beforehand, and again',
  'sidecar.tokens':
    'A token’s key set is fetched once, when istiod pushes, and takes no time; ES512, EdDSA and HMAC are never right',
  'sidecar.authorizers': 'External authorizers are asked without the request’s body',
  'sidecar.slow-start':
    'Warm-up of new endpoints: their weights follow the time; endpoints are drawn by weight, not taken in the order of a schedule',
  'sidecar.rate-limits':
    'Local rate limits of an EnvoyFilter: without descriptors; an answer tells what was left when its request came',
  'sidecar.access-log':
    'The access log is always written (the default profile leaves it off); byte counts are approximate, x-request-id is made up',
  'sidecar.virtual-service-rest':
    'Retries in other localities, hedging, headers of Envoy that change a route or a fault',
  'sidecar.gateway-api-rest': 'ExternalAuth and percentages of a retry budget in HTTPRoute',
  'sidecar.traffic-policy-rest':
    'Cookies that a proxy makes for hashing, keep-alives, tunnel, budgetInterval, the PROXY protocol, localityLbSetting of MeshConfig, zones of zoneAwareLbSetting',
  'sidecar.kinds-rest':
    'EnvoyFilter but for local rate limits, WasmPlugin, TrafficExtension (each decision of a proxy that one is for says so), Telemetry, ProxyConfig but for its drain durations and metadata',
  'sidecar.capture-rest': 'TPROXY, DNS capture, rules by group, excluded interfaces',
  'sidecar.end':
    'The end of a proxy: terminationDrainDuration, zero active connections, POST /drain and /quitquitquit, pools of endpoints that are gone',
  'sidecar.agent-rest': 'Envoy’s admin interface but for its end, ProxyConfig objects',
} as const;

export type FidelityKey = keyof typeof fidelity;

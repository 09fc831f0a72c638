// Why a ztunnel or the istio-cni agent decided as it did, in English. Keys are rule ids.

export const ambientReasonsEn = {
  'ambient.enrolment.excluded-namespace': 'istio-cni leaves namespace {namespace} alone.',
  'ambient.enrolment.host-network': 'The pod uses its node’s network: ambient mode never takes it.',
  'ambient.enrolment.has-sidecar': 'The pod has a sidecar, and a sidecar wins over ambient mode.',
  'ambient.enrolment.pod-label': 'The pod itself is labelled istio.io/dataplane-mode: ambient.',
  'ambient.enrolment.no-label':
    'Neither the pod nor namespace {namespace} is labelled istio.io/dataplane-mode: ambient.',
  'ambient.enrolment.pod-opted-out':
    'The pod is labelled istio.io/dataplane-mode: none, which opts it out of its namespace’s mode.',
  'ambient.enrolment.namespace-label': 'Namespace {namespace} is labelled istio.io/dataplane-mode: ambient.',
  'ztunnel.outbound.recursive': 'The destination is ztunnel’s own port on loopback.',
  'ztunnel.outbound.passthrough':
    'ztunnel knows neither a Service nor a workload at {destination}: the connection goes there unchanged, in plaintext.',
  'ztunnel.outbound.by-workload': 'The destination is the address of pod {pod}.',
  'ztunnel.outbound.by-service': 'The destination is a virtual address of {service}.',
  'ztunnel.outbound.no-endpoint':
    'At this instant no pod that runs fits the selector of {service}, so it has no endpoint.',
  'ztunnel.outbound.no-healthy-upstream': 'No endpoint of {service} on port {port} is ready.',
  'ztunnel.outbound.drawn': '{endpoint} was drawn among {count} ready endpoints.',
  'ztunnel.outbound.not-drawn': 'Ready as well; another endpoint was drawn. Each is as likely.',
  'ztunnel.outbound.not-ready': 'Not ready, so not in the draw.',
  'ztunnel.outbound.hbone': '{pod} is enrolled: mutual TLS to its port 15008, and nobody but {identity} may answer.',
  'ztunnel.outbound.peer-speaks-hbone': '{pod} takes tunnels, so plaintext is not used.',
  'ztunnel.outbound.plaintext': '{pod} is not in the mesh: the connection goes there in plaintext.',
  'ztunnel.outbound.peer-not-enrolled': 'No ztunnel serves {pod}, so nobody there would answer a tunnel.',
  'ztunnel.outbound.unknown-client': 'This ztunnel has not heard of {pod} yet.',
  'ztunnel.outbound.original-address':
    '{service} asks for the very address that was dialled, so no endpoint is chosen for it.',
  'ztunnel.outbound.no-such-port': 'It has no port for port {port} of the Service.',
  'ztunnel.outbound.elsewhere': 'It does not match all of {scopes}, and the Service takes nothing less.',
  'ztunnel.outbound.farther': 'Another endpoint matches more of {scopes}.',
  'ztunnel.outbound.no-address': '{endpoint} has no address that could be used here.',
  'ztunnel.outbound.service-waypoint':
    '{service} has a waypoint: the tunnel goes to {waypoint}, which chooses the endpoint.',
  'ztunnel.outbound.workload-waypoint': '{pod} has a waypoint for what is sent to pods: the tunnel goes to {waypoint}.',
  'ztunnel.outbound.from-waypoint': 'It comes from the waypoint of {pod} itself.',
  'ztunnel.outbound.unknown-gateway': 'No workload is known behind {gateway}.',
  'ztunnel.outbound.other-network':
    '{endpoint} is on network {network}: a tunnel within a tunnel through its gateway {gateway}.',
  'ztunnel.inbound.unknown-workload': 'This ztunnel has not heard of its own pod {pod} yet.',
  'ztunnel.inbound.bad-authority': 'CONNECT names no address and port: {target}.',
  'ztunnel.inbound.ip-mismatch': 'CONNECT asks for {target}, but the tunnel came to {pod}.',
  'ztunnel.inbound.internal-port': '{target} is one of ztunnel’s own ports.',
  'ztunnel.inbound.unknown-hostname': 'No Service of the name in {target} is known to the ztunnel of {pod}.',
  'ztunnel.inbound.no-such-port': '{target} names a Service port that leads to no port of {pod}.',
  'ztunnel.inbound.no-address': 'The Service of {target} has no address that {pod} could be told.',
  'ztunnel.inbound.application-tunnel':
    '{pod} takes the payload of tunnels itself: it comes to port {port} with a line that names {target}.',
  'ztunnel.inbound.tunnel': 'It came through a tunnel to {pod}; the client proved to be {identity}.',
  'ztunnel.inbound.plaintext': 'It came to {pod} in plaintext: the client has no identity.',
  'ztunnel.dns.not-an-address': 'Records of type {type} are left to the name server upstream.',
  'ztunnel.dns.unknown': 'No Service is called {name} from here: the name server upstream is asked.',
  'ztunnel.dns.not-visible': 'Its name is not for clients in namespace {namespace}.',
  'ztunnel.dns.no-records': '{name} is {service}, which has no address of type {type} here.',
  'ztunnel.dns.endpoints': '{name} is {service}, a headless Service: the addresses of its endpoints.',
  'ztunnel.dns.service': '{name} is {service}: its virtual address.',
  'authz.ztunnel.denied': 'DENY policy {policy} matches {client} on port {port}.',
  'authz.ztunnel.deny-no-match': 'DENY policy {policy} does not match {client} on port {port}.',
  'authz.ztunnel.no-allow-policy': 'No ALLOW policy applies here, so {client} may use port {port}.',
  'authz.ztunnel.allowed': 'ALLOW policy {policy} matches {client} on port {port}.',
  'authz.ztunnel.allow-no-match': 'ALLOW policy {policy} does not match {client} on port {port}.',
  'authz.ztunnel.none-allowed': 'There are ALLOW policies, and none of them matches {client} on port {port}.',
  'authz.ztunnel.denied-http':
    'DENY policy {policy} matches {client} on port {port}: ztunnel reads no HTTP and enforces it without {fields}.',
  'authz.ztunnel.deny-http':
    'DENY policy {policy} does not match {client} on port {port}. ztunnel reads no HTTP: {fields} is left out, and a condition with nothing else in it never holds.',
  'authz.ztunnel.allow-http':
    'ALLOW policy {policy} does not match {client} on port {port}. ztunnel reads no HTTP: rules with {fields} are left out.',
  'authz.ztunnel.strict':
    'PeerAuthentication asks for mutual TLS, and {client} came to port {port} in plaintext: {policy} denies it.',
} as const;

export type AmbientReasonKey = keyof typeof ambientReasonsEn;

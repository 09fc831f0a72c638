// What istioctl's analyzers would say, in English. The keys are those of src/mesh/analysis/messages.ts (a test proves it).

export const analysisEn = {
  'field-replaced': '{field} is deprecated: use {replacement}.',
  'field-ignored': '{field} is deprecated and ignored.',
  'kind-removed': '{kind} ({group}) is a kind that Istio no longer knows. Nothing acts on its objects.',
  'provider-deprecated': 'The provider “{provider}” is Lightstep’s, which is deprecated: move to OpenTelemetry.',
  'no-pod-selected': 'No pod has the labels {selector}: this has no effect anywhere.',
  'credential-not-found':
    'There is no Secret “{credential}” in the namespace {namespace}, where the gateway’s pods run.',
  'gateway-not-found': 'There is no Gateway “{gateway}”.',
  'host-not-found': 'No Service and no ServiceEntry has the host “{host}”: requests that are routed there fail.',
  'mirror-host-not-found': 'No Service and no ServiceEntry has the host “{host}”: nothing is mirrored there.',
  'host-port-not-found': '“{host}” has no port {port}: requests that are routed there fail.',
  'subset-not-found': 'No DestinationRule for “{host}” has a subset “{subset}”: requests that are routed there fail.',
  'mirror-subset-not-found': 'No DestinationRule for “{host}” has a subset “{subset}”: nothing is mirrored there.',
  'namespace-not-found': 'There is no namespace “{namespace}”: nobody is meant by it.',
  'namespace-not-injected':
    'Pods of the namespace {namespace} get no sidecar. The label istio-injection=enabled gives them one, istio-injection=disabled says that none is wanted.',
  'pod-without-proxy': 'The pod {pod} has no sidecar, though its namespace asks for one. Made anew, it gets one.',
  'annotation-misplaced': 'The annotation {annotation} has no effect here: it belongs on {kinds}.',
  'annotation-unknown': 'Istio knows no annotation {annotation}.',
  'hosts-conflict':
    'The VirtualServices {virtualServices} are for the same host {host} in the mesh: which of them applies is not defined. Make one of them.',
  'sidecars-conflict': 'The Sidecars {sidecars} all select the pod {pod}: which of them it gets is not defined.',
  'sidecars-without-selector':
    'The Sidecars {sidecars} in the namespace {namespace} all apply to every pod: which of them counts is not defined.',
  'port-needed': '“{host}” has the ports {ports}: say which one is meant.',
  'services-differ-in-protocol':
    'The Services {services} of these pods use port {port} with different protocols: the sidecar can serve one of them.',
  'port-name':
    'The name “{name}” of port {port} does not say its protocol, nor does appProtocol: the proxy finds out by itself.',
  'several-injection-labels': 'The labels {labels} each say how the namespace joins the mesh: keep one of them.',
  'annotation-invalid': 'The annotation {annotation} cannot have the value “{value}”.',
  'registry-unknown': 'The network {network} takes endpoints from the registry “{registry}”, which nobody knows.',
  'no-workload-matches': 'No pod in the mesh has the labels {labels}: this policy protects nothing.',
  'no-workload-in-namespace': 'No pod of the namespace {namespace} is in the mesh: this policy protects nothing.',
  'server-not-verified':
    'With TLS mode {mode} and no caCertificates, whatever certificate {host} shows is taken for good.',
  'server-not-verified-at-port':
    'With TLS mode {mode} and no caCertificates, whatever certificate {host} shows at port {port} is taken for good.',
  'host-not-in-gateway': 'The Gateway “{gateway}” serves none of the hosts {hosts}: nothing of this applies there.',
  'addresses-needed':
    'A TCP port needs addresses: without them, hosts cannot be told apart, unless the mesh gives them addresses.',
  'annotation-deprecated': 'The annotation {annotation} is deprecated and may go in a later Istio.',
  'inject-annotation-deprecated':
    'The annotation {annotation} is deprecated and may go in a later Istio: use the label {label}.',
  'annotation-alpha': 'The annotation {annotation} belongs to a feature in its alpha phase.',
  'services-differ-in-port':
    'The Services {services} of these pods lead to the target port {targetPort} from different ports ({ports}): the sidecar can serve one of them.',
  'certificate-twice':
    'The Gateways {gateways} share a certificate: an HTTP/2 client that reuses its connection may get 404 from the one it did not mean.',
  'webhooks-overlap': 'Some pods meet this webhook and {others} as well: they would be injected twice.',
  'webhook-service-not-found': 'The webhook calls the Service {service}, which does not exist.',
  'subset-without-effect':
    'The subsets of {virtualService} do not apply to what enters through the gateways of {gateway}: the rules here decide alone.',
  'reserved-user': 'User 1337 is the sidecar’s own: what an application sends as this user goes past the sidecar.',
  'gateways-conflict':
    'The Gateways {gateways} serve the same hosts ({hosts}) at port {port} of the same pods ({selector}): which of them applies is not defined.',
  'image-not-injected':
    'A container of “{name}” leaves its image to the injector (auto), but no injection webhook is called for these pods.',
  'image-left-in-pod': 'A container of the pod “{name}” still has the image auto: nothing has injected it.',
  'namespace-injected-by-default':
    'Pods of the namespace {namespace} get a sidecar, because Istio was installed with enableNamespacesByDefault.',
  'claims-not-read':
    'Routing by {key} needs a RequestAuthentication for the pod {pod} of the gateway {gateway}: without it no claim is ever read.',
  'external-name-port':
    'Of a Service of type ExternalName, a port that is named tcp, or not by its protocol, may take other traffic to itself.',
  'relative-operation':
    'This patch is placed relative to another one and the EnvoyFilter has no priority: it may find nothing to be placed by. Use INSERT_FIRST or ADD, or set a priority.',
  'replace-not-possible': 'REPLACE works for NETWORK_FILTER, HTTP_FILTER and VIRTUAL_HOST only.',
  'add-not-possible': 'ADD does nothing for ROUTE_CONFIGURATION and HTTP_ROUTE.',
  'remove-not-possible': 'REMOVE does nothing for ROUTE_CONFIGURATION and HTTP_ROUTE.',
  'relative-operation-of-version':
    'This patch is placed relative to one that is for certain proxy versions only, and the EnvoyFilter has no priority: during an upgrade it may find nothing to be placed by. Use INSERT_FIRST or ADD, or set a priority.',
  'telemetry-without-provider': 'This names no provider and the mesh has no default one: nothing is logged.',
  'proxy-image-differs':
    'The sidecars of the pods {pods} are not of the image that is injected today. Made anew, they get it.',
  'telemetries-conflict':
    'The Telemetries {telemetries} all select the pod {pod}: which of them it gets is not defined.',
  'telemetries-without-selector':
    'The Telemetries {telemetries} in the namespace {namespace} all apply to every pod: which of them counts is not defined.',
  'credential-invalid':
    'The Secret “{credential}” in the namespace {namespace} has no key with a certificate that is valid now.',
  'gateway-port-not-in-service':
    'No Service of the gateway’s pods ({selector}) leads to port {port}: it is not reached through one.',
  'control-plane-missing': 'The webhook {webhook} says neither by a Service nor by a URL where its istiod is.',
  'control-plane-unreadable': 'The URL “{url}” of the webhook {webhook} cannot be read.',
  'control-plane-by-address':
    'The URL {url} of the webhook {webhook} names an address: for production a host name is the better choice.',
  'gateway-internal':
    '“{gateway}” is made by istiod from a Gateway of the Gateway API and may change: name that Gateway instead.',
  'selector-without-effect':
    'The selector meets pods of the Gateway “{gateway}”, where selectors do not count: name it by targetRef.',
  'sidecar-for-ambient-pod': 'Pods that this Sidecar selects are in ambient mode, where no sidecar reads it.',
  'sidecar-for-ambient-namespace': 'The namespace is in ambient mode, where no sidecar reads a Sidecar.',
  'clusters-differ':
    'The Service {service} is not the same in the clusters {clusters}: which of its ports and addresses count is not defined.',
  'condition-negative': 'Its status says no to {type}: {reason}. {message}',
  'subset-selects-nothing':
    'No pod has the labels of the subset “{subset}”: requests that are routed there get 503 UH.',
  'rule-host-unknown': 'No Service and no ServiceEntry has the host “{host}”: this rule applies to nothing.',
  'key-fetch-unrestricted':
    'RequestAuthentications whose keys istiod fetches from any address: {count} ({names}). BLOCKED_CIDRS_IN_JWKS_URIS keeps it to the trusted ones.',
  'crd-too-old':
    'The CRD {crd} is of the bundle {installed}; Istio needs {minimum} and does not read objects of this kind until then.',
  'protocols-conflict':
    'The ServiceEntries {entries} say different things of port {port} of {host} ({protocols}): which of them counts is not defined.',
} as const;

/** The sentences of one language, by key. */
export type AnalysisTexts = Readonly<Record<keyof typeof analysisEn, string>>;

// Why a sidecar, its injector, a route or an authorization policy decided as it did, in English. Keys are rule ids; those of three
// parts with `outbound` or `inbound` name the decisions themselves.

export const sidecarReasonsEn = {
  'injection.webhook': 'The API server asks istiod: the selectors of {webhook} match.',
  'injection.namespace-label':
    '{webhook} is not called: label {label} of the namespace is not what it asks for ({value}).',
  'injection.pod-label': '{webhook} is not called: label {label} of the pod is not what it asks for ({value}).',
  'injection.no-webhook': 'No webhook matches, so istiod is never asked: the pod is created without a sidecar.',
  'injection.host-network':
    'The pod uses its node’s network: a sidecar would take the node’s traffic, so there is none.',
  'injection.ignored-namespace': 'Pods of namespace {namespace} are never injected.',
  'injection.asked-for': 'The pod asks for a sidecar: sidecar.istio.io/inject is "true".',
  'injection.opted-out': 'The pod wants no sidecar: sidecar.istio.io/inject is "false".',
  'injection.never-selector': 'The injector’s neverInjectSelector matches the pod’s labels.',
  'injection.always-selector': 'The injector’s alwaysInjectSelector matches the pod’s labels.',
  'injection.policy-illegal': 'The injector’s policy “{policy}” is neither enabled nor disabled: nothing is injected.',
  'injection.policy-enabled': 'The pod says nothing, and the injector’s policy is enabled: it gets a sidecar.',
  'injection.policy-disabled': 'The pod says nothing, and the injector’s policy is disabled: it gets no sidecar.',
  'injection.not-a-pod': 'Only pods are injected.',
  'injection.native-annotation': 'The annotation sidecar.istio.io/nativeSidecar is "{value}".',
  'injection.native-environment': 'istiod runs with ENABLE_NATIVE_SIDECARS {value}.',
  'injection.native-old-kubelet': 'A kubelet is too old for native sidecars, which are stable from 1.33 on: {kubelet}.',
  'injection.native-kubelets': 'Every kubelet is 1.33 or newer: the proxy becomes a native sidecar.',

  'sidecar.outbound.listener': 'The listener for a connection that leaves the pod.',
  'sidecar.listener.by-address': 'There is a listener for {destination} itself: {listener}.',
  'sidecar.listener.by-port':
    '{destination} falls to {listener}, the listener that all HTTP Services of the port share.',
  'sidecar.listener.none-for-address': 'No Service has a listener {listener}.',
  'sidecar.listener.declared-tcp':
    'The Service declares its port as TCP: bytes go to {cluster} at once, nobody looks at them.',
  'sidecar.listener.not-http': 'A port declared as TCP is never parsed as HTTP.',
  'sidecar.listener.waits':
    '{listener} has to see the client’s first bytes to know what they are. Until the client speaks, nothing is sent to anybody.',
  'sidecar.listener.http': 'The first bytes are HTTP: routes are those of {routes}.',
  'sidecar.listener.sniffed-tcp': 'The first bytes are no HTTP: the connection goes to {cluster} as it is.',
  'sidecar.listener.not-http-passes': 'The first bytes on {listener} are no HTTP: the connection goes to {cluster}.',
  'sidecar.listener.allow-any':
    'No Service stands behind {destination}. outboundTrafficPolicy is ALLOW_ANY, so the connection passes through.',
  'sidecar.listener.registry-only':
    'No Service stands behind {destination}. outboundTrafficPolicy is REGISTRY_ONLY, so the connection ends here.',

  'sidecar.outbound.route': 'The route of a request.',
  'sidecar.route.virtual-host':
    'The Host header {host} belongs to {virtualHost}. The destination address plays no part.',
  'sidecar.route.unknown-host': 'Nothing in {routes} answers to the Host header {host}.',
  'sidecar.route.allow-any':
    'No Service is called {host}. outboundTrafficPolicy is ALLOW_ANY: the request goes on to where it was going, in plaintext.',
  'sidecar.route.block-all': 'No Service is called {host}. outboundTrafficPolicy is REGISTRY_ONLY: 502.',
  'sidecar.route.weight': '{drawn} of {total} was drawn, which falls to {cluster} with its weight of {weight}.',
  'sidecar.route.other-weight': 'Its weight is {weight} of {total}; another share was drawn.',
  'routing.route-matched': 'Route {route} is the first that matches: {match}.',
  'routing.later-route': 'It stands after {route}, which matched first; nobody looked at it.',
  'routing.no-match': '{part} does not match: it has to be {wanted}, the request has {found}.',
  'routing.missing': 'The request has no {part}: it has to be {wanted}.',
  'routing.no-route': '{host} is known, but none of its routes matches: 404.',

  'sidecar.outbound.endpoint': 'The endpoint of a request or connection.',
  'sidecar.endpoint.none': '{cluster} has no endpoint at all.',
  'sidecar.endpoint.none-healthy': 'None of the endpoints of {cluster} is ready.',
  'sidecar.endpoint.original':
    '{cluster} is a headless Service or unknown to the mesh: the connection goes to the very address that was dialled, {destination}.',
  'sidecar.endpoint.only': '{endpoint} is the only ready endpoint of {cluster}.',
  'sidecar.endpoint.drawn-twice': 'Two of {count} ready endpoints are drawn; both draws fell on {endpoint}.',
  'sidecar.endpoint.drawn-first':
    '{endpoint} and {other} were drawn among {count} ready endpoints. Both have {active} requests under way, so the first drawn is taken.',
  'sidecar.endpoint.fewer-requests':
    '{endpoint} and {other} were drawn among {count} ready endpoints. {endpoint} has fewer requests under way: {active} against {others}.',
  'sidecar.endpoint.more-requests': '{endpoint} was drawn as well, and not taken.',
  'sidecar.endpoint.not-drawn': '{endpoint} is ready, but was not drawn.',
  'sidecar.endpoint.tried': '{endpoint} failed before: a retry goes elsewhere.',
  'sidecar.endpoint.not-ready': '{endpoint} is not ready.',
  'sidecar.tls.auto-mutual': '{endpoint} has a sidecar: mutual TLS, and nobody but {identities} may answer.',
  'sidecar.tls.auto-plaintext': '{endpoint} has no sidecar that would answer mutual TLS: plaintext.',
  'sidecar.tls.peer-has-sidecar': '{endpoint} takes mutual TLS, so plaintext is not used.',
  'sidecar.tls.peer-without-sidecar': 'Nobody at {endpoint} would answer mutual TLS.',
  'sidecar.tls.told-mutual': 'A policy says so: mutual TLS to {endpoint}, and nobody but {identities} may answer.',
  'sidecar.tls.told-simple': 'A policy says so: TLS to {endpoint} without a client certificate.',
  'sidecar.tls.told-none': 'A policy says so: plaintext to {endpoint}.',
  'sidecar.tls.told': 'A policy decides; what {endpoint} would take plays no part.',

  'sidecar.inbound.chain': 'The filter chain for a connection that comes to the pod.',
  'sidecar.chain.declared-http': 'A Service declares port {port} as HTTP.',
  'sidecar.chain.declared-tcp': 'A Service declares port {port} as TCP.',
  'sidecar.chain.declared-sniffed': 'A Service has port {port} without saying what it speaks: the first bytes decide.',
  'sidecar.chain.undeclared-port': 'No Service has port {port}: the first bytes decide what it speaks.',
  'sidecar.chain.default-mode': 'No PeerAuthentication says anything of port {port}: {mode} is the default.',
  'sidecar.chain.mode': 'A PeerAuthentication says {mode} for port {port}.',
  'sidecar.chain.waits':
    'Port {port} is {mode}: the client’s first bytes are inspected for {inspectors}. Until they come, nothing is sent to anybody.',
  'sidecar.chain.mutual-tls': 'The client offers Istio’s mutual TLS, which port {port} takes.',
  'sidecar.chain.plaintext': 'The client speaks plaintext, which port {port} takes in mode {mode}.',
  'sidecar.chain.tls-passes': 'The TLS is not Istio’s: it passes through to the application on port {port}.',
  'sidecar.chain.plaintext-refused': 'Port {port} is {mode}: plaintext has no chain, the connection is reset.',
  'sidecar.chain.no-chain': 'No chain of port {port} takes this TLS in mode {mode}: the connection is reset.',
  'sidecar.chain.no-fit': 'It takes {wanted}; what came is {opening}.',
  'sidecar.chain.less-specific': 'It would take {opening} too, but another chain names it more closely.',

  'sidecar.inbound.authz': 'Whether the caller is allowed.',
} as const;

export type SidecarReasonKey = keyof typeof sidecarReasonsEn;

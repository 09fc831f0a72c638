// Why an Envoy decided as it did, in English: listener and filter chain, route, fault, endpoint. Keys are rule ids; those of two parts
// name the decisions themselves.

export const envoyReasonsEn = {
  'envoy.listener': 'The listener for a connection that leaves the pod.',
  'envoy.listener.by-address': 'There is a listener for {destination} itself: {listener}.',
  'envoy.listener.by-port': '{destination} falls to {listener}, the listener that all addresses of the port share.',
  'envoy.listener.none-for-address': 'Nothing has a listener {listener} of its own.',
  'envoy.listener.caught': 'No listener is for {destination} or its port: {listener} keeps the connection.',

  'envoy.chain': 'The filter chain for a connection that comes in.',
  'envoy.chain.waits':
    '{listener} has to see the first bytes to port {port} ({inspectors}). Until the client speaks, nothing is sent to anybody.',
  'envoy.chain.matched': 'Of the filter chains of {listener}, {chain} names most closely what came: {opening}.',
  'envoy.chain.default':
    'No filter chain of {listener} names what came ({opening}), so {chain} takes it, which takes the rest.',
  'envoy.chain.none': 'No filter chain of {listener} takes what came: {opening}.',
  'envoy.chain.ambiguous': 'Several filter chains of {listener} name the same, and Envoy refuses that: {chains}.',
  'envoy.chain.no-fit': 'It takes {wanted}; what came is {found}.',
  'envoy.chain.less-specific': 'It would take {found} too, but another chain names it more closely.',
  'envoy.chain.says-nothing': 'Another chain names {found}, so one that says nothing of it is out.',
  'envoy.chain.mutual-tls': 'It ends the mutual TLS that the client speaks to port {port}: both prove who they are.',
  'envoy.chain.ends-tls': 'It ends the client’s TLS on port {port}, and asks for no client certificate.',
  'envoy.chain.tls-passes': 'The TLS to port {port} is not for this proxy: it passes through.',
  'envoy.chain.plaintext-refused':
    'Every chain for port {port} demands TLS: plaintext has none, the connection is reset.',
  'envoy.chain.tls-refused': 'No chain for port {port} takes this TLS: the connection is reset.',
  'envoy.chain.http': 'What comes is read as HTTP, with the routes of {routes}.',
  'envoy.chain.tunnels': 'A tunnel ends here: what each CONNECT carries goes to {listener}.',
  'envoy.chain.tcp': 'Bytes go to {cluster} as they are.',
  'envoy.chain.allow-any':
    'The mesh knows nothing of {destination} here. outboundTrafficPolicy is ALLOW_ANY, so the connection passes through.',
  'envoy.chain.registry-only':
    'The mesh knows nothing of {destination} here. outboundTrafficPolicy is REGISTRY_ONLY, so the connection ends.',

  'envoy.route': 'The route of a request.',
  'envoy.route.virtual-host': 'The Host header {host} belongs to {virtualHost}. The destination address plays no part.',
  'envoy.route.unknown-host': 'Nothing in {routes} answers to the Host header {host}.',
  'envoy.route.requires-tls': '{virtualHost} is served over TLS only: plaintext is sent to https by a 301.',
  'envoy.route.allow-any':
    'No Service is called {host}. outboundTrafficPolicy is ALLOW_ANY: the request goes on to where it was going, in plaintext.',
  'envoy.route.block-all': 'No Service is called {host}. outboundTrafficPolicy is REGISTRY_ONLY: 502.',
  'envoy.patched':
    '{kind} {name} changes this proxy’s configuration. What it changes is not simulated: a real proxy may do otherwise than what follows.',
  'envoy.route.undefined-mix':
    'A VirtualService and a route of the Gateway API stand on one host of a waypoint. Istio calls what they do together undefined, so nothing is foretold of {routes}.',
  'envoy.route.weight': '{drawn} of {total} was drawn, which falls to {cluster} with its weight of {weight}.',
  'envoy.route.other-weight': 'Its weight is {weight} of {total}; another share was drawn.',
  'routing.route-matched': 'Route {route} is the first that matches: {match}.',
  'routing.later-route': 'It stands after {route}, which matched first; nobody looked at it.',
  'routing.no-match': '{part} does not match: it has to be {wanted}, the request has {found}.',
  'routing.missing': 'The request has no {part}: it has to be {wanted}.',
  'routing.no-route': '{host} is known, but none of its routes matches: 404.',

  'envoy.fault': 'Whether a request meets a fault that its route asks for.',
  'envoy.fault.delayed': 'The route delays {percent} % of requests by {what}, and the draw fell on this one.',
  'envoy.fault.aborted': 'The route aborts {percent} % of requests with {what}, and the draw fell on this one.',
  'envoy.fault.none': 'The route asks for faults, and the draw spared this request.',
  'envoy.fault.spared': 'It meets {percent} % of requests; the draw did not fall on this one.',
  'envoy.rate-limit': 'Whether a request is over a local rate limit.',
  'envoy.rate-limit.off': 'The local rate limit is on for {percent} % of requests; the draw did not fall on this one.',
  'envoy.rate-limit.no-bucket': 'The local rate limit has no bucket of tokens here: whatever comes is let through.',
  'envoy.rate-limit.within':
    'Within the local rate limit: of {max} tokens, with {fill} more every {seconds} s, this request takes one and leaves {left}.',
  'envoy.rate-limit.tolerated':
    'Over the local rate limit: the bucket of {max} tokens, with {fill} more every {seconds} s, is empty. It is enforced for {percent} % of requests, and not for this one.',
  'envoy.rate-limit.refused':
    'Over the local rate limit: the bucket of {max} tokens, with {fill} more every {seconds} s, is empty. The proxy answers {status} itself; the next token is there in {wait} s.',
  'envoy.proxy-header': 'Whom a connection comes from, where load balancers tell it.',
  'envoy.proxy-header.read':
    'The load balancer at {balancer} sends a PROXY header, and {listener} reads it: the client is {client}. remoteIpBlocks and X-Forwarded-For go by that, ipBlocks by the load balancer.',
  'envoy.proxy-header.missing':
    'gatewayTopology.proxyProtocol has {listener} expect a PROXY header before everything else, and {balancer} sent none: the connection is reset, and nothing is logged.',
  'envoy.codec': 'Whether what came on a connection can be read as a request.',
  'envoy.codec.http10-refused':
    '{listener} reads port {port} as HTTP, and this proxy takes no HTTP/1.0: it answers 426 and closes. PILOT_HTTP10=true at istiod, or ISTIO_META_HTTP10: "1" in the proxy’s metadata, has it taken.',
  'envoy.codec.no-http':
    '{listener} reads port {port} as HTTP, and what came is none: the proxy answers 400 and closes.',
  'envoy.drain': 'Whether a connection stays when its listener changes.',
  'envoy.drain.listener-gone': 'Listener {listener}, which took this connection, is no more.',
  'envoy.drain.listener-replaced':
    'More than filter chains changed of {listener}: where it listens, or for which ports it waits for first bytes. It is replaced whole, and all its connections are drained.',
  'envoy.drain.chain-gone': 'The filter chain of {listener} that took this connection is no more.',
  'envoy.drain.filters':
    'Policies are filters of the chain that took this connection. They changed, so {listener} has a new chain, and the old one is drained with the policies it had.',
  'envoy.drain.tls':
    'How the chain of {listener} that took this connection ends TLS has changed, so the old chain is drained.',
  'envoy.drain.target':
    'Where bytes go stands in the filter chain of {listener} itself. It changed, so the old chain is drained.',
  'envoy.drain.settings':
    'The chain of {listener} that took this connection changed (its routes, where it does not fetch them by name, or its settings), so the old one is drained.',
  'envoy.drain.until':
    'Until then HTTP/1.1 answers carry Connection: close and HTTP/2 gets GOAWAY; bytes just go on. What is open after {seconds} s (drainDuration) is closed, whatever is under way.',

  'envoy.endpoint': 'The endpoint of a request or connection.',
  'envoy.endpoint.none': '{cluster} has no endpoint at all.',
  'envoy.endpoint.none-healthy': 'None of the endpoints of {cluster} may be used.',
  'envoy.endpoint.original':
    '{cluster} is a headless Service or unknown to the mesh: the connection goes to the very address that was dialled, {destination}.',
  'envoy.endpoint.priority': '{share} % of what goes to {cluster} falls to its endpoints of priority {priority}.',
  'envoy.endpoint.other-priority': '{endpoint} has another priority.',
  'envoy.endpoint.only': '{endpoint} is the only endpoint of {cluster} that may be used.',
  'envoy.endpoint.drawn': '{endpoint} was drawn among {count}.',
  'envoy.endpoint.warming':
    '{endpoint} is new: it has {percent} % of its weight, and all of it {seconds} s after it was first ready.',
  'envoy.endpoint.weighed': '{endpoint} was drawn among {count} by their weights.',
  'envoy.endpoint.next-in-turn': 'It is the turn of {endpoint} among {count}.',
  'envoy.endpoint.hashed': 'The hash of what the rule names leads to {endpoint} among {count}.',
  'envoy.endpoint.drawn-twice': 'Two of {count} ready endpoints are drawn; both draws fell on {endpoint}.',
  'envoy.endpoint.drawn-first':
    '{endpoint} and {other} were drawn among {count} ready endpoints. Both have {active} requests under way, so the first drawn is taken.',
  'envoy.endpoint.fewer-requests':
    '{endpoint} and {other} were drawn among {count} ready endpoints. {endpoint} has fewer requests under way: {active} against {others}.',
  'envoy.endpoint.more-requests': '{endpoint} was drawn as well, and not taken.',
  'envoy.endpoint.not-drawn': '{endpoint} is ready, but was not drawn.',
  'envoy.endpoint.tried': '{endpoint} failed before: a retry goes elsewhere.',
  'envoy.endpoint.not-ready': '{endpoint} is not ready.',
  'envoy.endpoint.ejected': '{endpoint} failed too often in a row: it is out for a while.',
  'envoy.tls.auto-mutual': '{endpoint} has a sidecar: mutual TLS, and nobody but {identities} may answer.',
  'envoy.tls.auto-plaintext': '{endpoint} has no sidecar that would answer mutual TLS: plaintext.',
  'envoy.tls.peer-has-sidecar': '{endpoint} takes mutual TLS, so plaintext is not used.',
  'envoy.tls.peer-without-sidecar': 'Nobody at {endpoint} would answer mutual TLS.',
  'envoy.tls.told-mutual': 'A policy says so: mutual TLS to {endpoint}, and nobody but {identities} may answer.',
  'envoy.tls.told-simple': 'A policy says so: TLS to {endpoint} without a client certificate.',
  'envoy.tls.told-none': 'A policy says so: plaintext to {endpoint}.',
  'envoy.tls.tunnel': '{endpoint} is reached through a tunnel: its ztunnel or waypoint ends the mutual TLS.',
  'envoy.tls.inside-tunnel': 'A policy asks for TLS: {endpoint} gets it inside of the tunnel.',
  'envoy.tls.told': 'A policy decides; what {endpoint} would take plays no part.',

  'envoy.auth': 'Whether the caller is allowed.',
} as const;

export type EnvoyReasonKey = keyof typeof envoyReasonsEn;

// The key under which a field is described. Fields that are the same in several places (a pod template's, a probe's) share one.

import type { FieldPath } from '../source.ts';

const OWNERS = '(?:Deployment|ReplicaSet|StatefulSet|DaemonSet|Job)';

/** In this order; each is tried once, on what the ones before it left. */
const SHARED: readonly (readonly [RegExp, string])[] = [
  [/^\w+\.(apiVersion|kind)$/, 'object.$1'],
  [/^\w*\.metadata\b/, 'metadata'],
  [new RegExp(`^${OWNERS}\\.spec\\.template\\.metadata\\b`), 'metadata'],
  [new RegExp(`^${OWNERS}\\.spec\\.template\\.spec\\b`), 'Pod.spec'],
  [new RegExp(`^${OWNERS}\\.spec\\.selector\\b`), 'labelSelector'],
  [new RegExp(`^${OWNERS}\\.spec\\.(replicas|minReadySeconds|revisionHistoryLimit|template)$`), 'workload.$1'],
  [/^(?:PeerAuthentication|AuthorizationPolicy)\.spec\.selector\b/, 'policySelector'],
  [/^AuthorizationPolicy\.spec\.targetRefs?\b/, 'targetRef'],
  [/^Pod\.spec\.(?:initContainers|ephemeralContainers|containers)\./, 'container.'],
  [/^container\.(?:liveness|readiness|startup)Probe\./, 'probe.'],
  [/^container\.lifecycle\.(?:postStart|preStop)\./, 'handler.'],
  [/^probe\.(httpGet|tcpSocket|exec|grpc)\b/, 'handler.$1'],
  [/^PeerAuthentication\.spec\.portLevelMtls\.[^.]+/, 'portMtls'],
  [/^HTTPRoute\.spec\.rules\.(?:backendRefs\.)?filters\b/, 'httpFilter'],
  [/^HTTPRoute\.spec\.rules\.matches\.(?:headers|queryParams)\./, 'httpMatch.'],
  [/^httpFilter\.(?:request|response)HeaderModifier\./, 'headerModifier.'],
  [/^VirtualService\.spec\.(?:http|tcp|tls)\./, 'virtualRoute.'],
  [/^virtualRoute\.(?:.*\.)?(?:destination|mirror)\./, 'destination.'],
  [/^virtualRoute\.match\.(?:uri|scheme|method|authority)\.(exact|prefix|regex)$/, 'stringMatch.$1'],
  [/^virtualRoute\.match\.(?:headers|withoutHeaders|queryParams)\..*\.(exact|prefix|regex)$/, 'stringMatch.$1'],
  [/^virtualRoute\.route\.headers\b/, 'virtualRoute.headers'],
  [/^virtualRoute\.headers\.(?:request|response)\./, 'headerModifier.'],
  [/^Scenario\.spec\.pins\..*$/, 'Scenario.spec.pins'],
];

/** `Deployment` and `spec.template.spec.containers[0].image` give `container.image`. */
export function fieldKey(kind: string, path: FieldPath): string {
  const names = path.filter((step) => typeof step === 'string');
  return SHARED.reduce((key, [pattern, shared]) => key.replace(pattern, shared), [kind, ...names].join('.'));
}

/** The key of what one of a field's values means. */
export function enumKey(field: string, value: string): string {
  return `${field}=${value}`;
}

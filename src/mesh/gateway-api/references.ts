// Whether an object may refer to one of another namespace: a ReferenceGrant beside the target says so.
// Source: istio/istio:pilot/pkg/config/kube/gatewaycommon/references.go at 1.31.
import { GATEWAY_API_GROUP, GATEWAY_API_X_GROUP } from '../../manifests/index.ts';
import type { GatewayApiView } from './view.ts';

/** Who refers, by kind and namespace. */
export interface Referrer {
  readonly kind: string;
  readonly namespace: string;
}

export interface Referent extends Referrer {
  /** '' for the core group. */
  readonly group: string;
  readonly name: string;
}

const referrers = ['Gateway', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute', 'ListenerSet'];
const referents = [
  '/ConfigMap',
  '/Secret',
  '/Service',
  `${GATEWAY_API_X_GROUP}/XBackend`,
  'inference.networking.k8s.io/InferencePool',
];

/** A reference within one namespace needs no grant, so nobody asks. */
export function isGranted(view: GatewayApiView, from: Referrer, to: Referent): boolean {
  if (!referrers.includes(from.kind) || !referents.includes(`${to.group}/${to.kind}`)) return false;
  return view
    .all('ReferenceGrant')
    .some(
      ({ resource: { metadata, spec } }) =>
        metadata.namespace === to.namespace &&
        spec.from.some(
          ({ group, kind, namespace }) =>
            group === GATEWAY_API_GROUP && kind === from.kind && namespace === from.namespace,
        ) &&
        spec.to.some(
          ({ group, kind, name }) => group === to.group && kind === to.kind && (name === undefined || name === to.name),
        ),
    );
}

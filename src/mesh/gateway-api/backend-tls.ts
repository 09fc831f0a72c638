// The TLS that a BackendTLSPolicy asks clients of a Service's port to speak. A policy for the port wins over one for the whole Service.
// Source: istio/istio:pilot/pkg/config/kube/gateway/backend_policies.go DestinationRuleCollection, BackendTLSPolicyCollection at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { BackendTLSPolicyResource } from '../../manifests/index.ts';
import type { Origin } from '../../trace/index.ts';
import { byAge } from '../age.ts';
import { rootsOf } from '../identity/index.ts';
import { originOf } from '../origin.ts';
import type { GatewayApi } from './read.ts';

export interface BackendTls {
  readonly sni: string;
  /** Names of which the server's certificate must prove one. */
  readonly names: readonly string[];
  /** Roots that may have signed it; empty: none can be trusted, because the reference to them is broken. */
  readonly roots: readonly string[];
  readonly origin: Origin;
}

/** The roots that come with a system. */
const systemRoots = ['public'];

export interface BackendPort {
  readonly kind: 'Service' | 'ServiceEntry';
  readonly namespace: string;
  /** Of the object. */
  readonly name: string;
  readonly portName: string;
}

export function backendTlsOf(api: GatewayApi, port: BackendPort): BackendTls | undefined {
  const fitting = api.policies
    .flatMap(({ object, targets }) => {
      const { resource } = object;
      if (resource.kind !== 'BackendTLSPolicy' || resource.metadata.namespace !== port.namespace) return [];
      const policy = object as StoredObject<BackendTLSPolicyResource>; // by its kind
      return targets.map((index) => ({ policy, index, target: policy.resource.spec.targetRefs[index] }));
    })
    .filter(({ target }) => target?.kind === port.kind && target.name === port.name)
    .sort((a, b) => byAge(a.policy, b.policy));
  const chosen =
    fitting.find(({ target }) => target?.sectionName !== undefined && target.sectionName === port.portName) ??
    fitting.find(({ target }) => target?.sectionName === undefined);
  return chosen === undefined ? undefined : tlsOf(api, chosen.policy);
}

function tlsOf({ view }: GatewayApi, policy: StoredObject<BackendTLSPolicyResource>): BackendTls {
  const { metadata, spec } = policy.resource;
  const { hostname, subjectAltNames = [], caCertificateRefs = [], wellKnownCACertificates } = spec.validation;
  const [ca] = caCertificateRefs;
  const named = subjectAltNames.map(({ hostname: host, uri }) => host ?? uri ?? '').filter((name) => name !== '');
  const bundle =
    ca?.kind === 'ConfigMap' || ca?.kind === 'Secret'
      ? view.find(ca.kind, metadata.namespace, ca.name)?.resource
      : undefined;
  const roots = bundle === undefined ? undefined : rootsOf(bundle);
  return {
    sni: hostname,
    names: named.length > 0 ? named : [hostname],
    roots: ca === undefined && wellKnownCACertificates !== undefined ? systemRoots : (roots ?? []),
    origin: originOf(policy, ['spec', 'validation']),
  };
}

// PeerAuthentication: what a workload's inbound ports accept. Port level over workload over namespace over mesh over PERMISSIVE;
// at one level the oldest wins. Source: istio/istio:pilot/pkg/security/authn/policy_applier.go ComposePeerAuthentication at 1.31.
import type { MutualTlsMode, PeerAuthenticationResource } from '../../manifests/index.ts';
import type { StoredObject } from '../../kube/index.ts';
import { byAge } from '../age.ts';

export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** A policy that took part, from the widest scope to the narrowest. */
export interface PolicySource {
  readonly scope: 'mesh' | 'namespace' | 'workload';
  readonly policy: StoredObject<PeerAuthenticationResource>;
}

export interface EffectiveMtls {
  readonly mode: MtlsMode;
  /** The policy that set `mode`; undefined: the default, PERMISSIVE. */
  readonly source: PolicySource | undefined;
  /** By pod port, where a workload policy says otherwise. */
  readonly ports: ReadonlyMap<number, MtlsMode>;
  /** The workload policy, if one applies. */
  readonly workload: PolicySource | undefined;
  /** What the workload would have without its own policy. */
  readonly inherited: MtlsMode;
}

/** The effective modes of a workload. `policies` in any order; only those of its namespace and of the root namespace count. */
export function effectivePeerAuthentication(
  policies: readonly StoredObject<PeerAuthenticationResource>[],
  workload: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  rootNamespace: string,
): EffectiveMtls {
  const oldestFirst = [...policies].sort(byAge);
  const mesh = oldestFirst.find((policy) => namespaceOf(policy) === rootNamespace && !hasSelector(policy));
  const namespace = oldestFirst.find(
    (policy) =>
      namespaceOf(policy) === workload.namespace && workload.namespace !== rootNamespace && !hasSelector(policy),
  );
  const own = oldestFirst.find(
    (policy) =>
      namespaceOf(policy) === workload.namespace &&
      workload.namespace !== rootNamespace &&
      hasSelector(policy) &&
      selects(policy, workload.labels),
  );
  let mode: MtlsMode = 'PERMISSIVE';
  let source: PolicySource | undefined;
  let inherited: MtlsMode = mode;
  const layers = [
    { scope: 'mesh', policy: mesh },
    { scope: 'namespace', policy: namespace },
    { scope: 'workload', policy: own },
  ] as const;
  for (const { scope, policy } of layers) {
    if (scope === 'workload') inherited = mode;
    const set = modeOf(policy?.resource.spec.mtls?.mode);
    if (policy === undefined || set === undefined) continue;
    mode = set;
    source = { scope, policy };
  }
  const ports = new Map<number, MtlsMode>();
  for (const [port, level] of Object.entries(own?.resource.spec.portLevelMtls ?? {}))
    ports.set(Number(port), modeOf(level.mode) ?? mode);
  return {
    mode,
    source,
    ports,
    workload: own === undefined ? undefined : { scope: 'workload', policy: own },
    inherited,
  };
}

function modeOf(mode: MutualTlsMode | undefined): MtlsMode | undefined {
  return mode === undefined || mode === 'UNSET' ? undefined : mode;
}

function namespaceOf(policy: StoredObject): string {
  return policy.resource.metadata.namespace;
}

function hasSelector(policy: StoredObject<PeerAuthenticationResource>): boolean {
  return Object.keys(policy.resource.spec.selector?.matchLabels ?? {}).length > 0;
}

function selects(policy: StoredObject<PeerAuthenticationResource>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(policy.resource.spec.selector?.matchLabels ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
}

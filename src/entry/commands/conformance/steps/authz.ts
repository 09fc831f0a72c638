// `authz`: may a connection pass? Without a workload: does the one policy of the case match it at all?
// Asked of ztunnel (ambient) or of a sidecar's TCP filters. A whole HTTP request is asked by `request`.
import * as v from 'valibot';
import {
  applicablePolicies,
  assertRbac,
  compileAuthFilters,
  convertForZtunnel,
  effectivePeerAuthentication,
  evaluateAuth,
  policiesSelecting,
  policyMatches,
} from '../../../../mesh/index.ts';
import { meshConfigurationOf } from '../environment.ts';
import type { StepResult } from '../protocol.ts';
import type { CaseState } from '../step-kind.ts';
import { question, unsupported } from '../step-kind.ts';

const place = v.object({ ip: v.string(), port: v.number() });

const schema = v.object({
  layer: v.picklist(['l4', 'l7']),
  workload: v.optional(
    v.object({
      namespace: v.pipe(
        v.string(),
        v.transform((namespace) => namespace || 'default'),
      ),
      labels: v.optional(v.record(v.string(), v.string()), {}),
      mode: v.optional(v.string(), 'ambient'),
    }),
  ),
  connection: v.object({
    /** `principal` is a SPIFFE ID without its scheme. */
    source: v.object({ ...place.entries, principal: v.nullish(v.string()) }),
    destination: place,
    tls: v.optional(v.string()),
  }),
});

type AuthzStep = v.InferOutput<typeof schema>;
type Workload = NonNullable<AuthzStep['workload']>;

export const authzStep = question('authz', schema, (step, state) => {
  if (step.layer === 'l7') return unsupported('authz layer l7');
  if (step.workload === undefined) return matchOnePolicy(step, state);
  return step.workload.mode === 'ambient'
    ? askZtunnel(step, step.workload, state)
    : askSidecar(step, step.workload, state);
});

function matchOnePolicy(step: AuthzStep, state: CaseState): StepResult {
  const [policy] = ztunnelPolicies(state);
  return { policyMatches: policy !== undefined && policyMatches(policy, connectionOf(step)) };
}

function askZtunnel(step: AuthzStep, workload: Workload, state: CaseState): StepResult {
  const { rootNamespace } = meshConfigurationOf(state.env).meshConfig;
  const policies = policiesSelecting(
    state.cluster.objectsOf('AuthorizationPolicy'),
    state.cluster.objectsOf('PeerAuthentication'),
    workload,
    rootNamespace,
  );
  const applicable = applicablePolicies(ztunnelPolicies(state), { namespace: workload.namespace, policies });
  const { allowed, policy } = assertRbac(applicable, connectionOf(step));
  return { allowed, ...(policy === undefined || allowed ? {} : { deniedBy: `${policy.namespace}/${policy.name}` }) };
}

function ztunnelPolicies({ env, cluster }: CaseState): ReturnType<typeof convertForZtunnel> {
  const { rootNamespace } = meshConfigurationOf(env).meshConfig;
  return convertForZtunnel(
    cluster.objectsOf('AuthorizationPolicy'),
    cluster.objectsOf('PeerAuthentication'),
    rootNamespace,
  );
}

/** Bytes at a sidecar: its mode of mutual TLS, then its network filters. */
function askSidecar(step: AuthzStep, workload: Workload, { env, cluster }: CaseState): StepResult {
  const mesh = meshConfigurationOf(env);
  const connection = connectionOf(step);
  const mtls = effectivePeerAuthentication(
    cluster.objectsOf('PeerAuthentication'),
    workload,
    mesh.meshConfig.rootNamespace,
  );
  const mode = mtls.ports.get(connection.destinationPort) ?? mtls.mode;
  if (connection.principal === '' && mode === 'STRICT') return { allowed: false };
  const parts = {
    authorizationPolicies: cluster.objectsOf('AuthorizationPolicy'),
    requestAuthentications: cluster.objectsOf('RequestAuthentication'),
    hosts: [],
  };
  const call = {
    connection: { ...connection, remoteIp: connection.sourceIp, sni: '' },
    request: undefined,
    metadata: {},
    now: 0,
  };
  for (const filter of compileAuthFilters(parts, workload, mesh).network) {
    const verdict = evaluateAuth(filter, call);
    if (verdict.kind === 'ask') return unsupported('external authorization without a network');
    if (verdict.kind === 'deny')
      return { allowed: false, ...(verdict.policy === undefined ? {} : { deniedBy: verdict.policy }) };
  }
  return { allowed: true };
}

function connectionOf({ connection: { source, destination } }: AuthzStep): Parameters<typeof assertRbac>[1] {
  return {
    sourceIp: source.ip,
    principal: source.principal ? `spiffe://${source.principal}` : '',
    destinationIp: destination.ip,
    destinationPort: destination.port,
  };
}

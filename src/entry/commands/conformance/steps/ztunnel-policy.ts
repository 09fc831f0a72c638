// `ztunnel-policy`: a policy as istiod sends it to ztunnels, in the JSON form of the workload API; null when it sends none.
import * as v from 'valibot';
import type { FieldPath, Resource } from '../../../../manifests/index.ts';
import { convertForZtunnel, policyFrom, workloadApiJson } from '../../../../mesh/index.ts';
import { meshConfigurationOf } from '../environment.ts';
import { readName } from '../protocol.ts';
import { question } from '../step-kind.ts';

const schema = v.object({
  object: v.object({ kind: v.picklist(['AuthorizationPolicy', 'PeerAuthentication']), name: v.string() }),
});

export const ztunnelPolicyStep = question('ztunnel-policy', schema, ({ object }, { env, cluster }) => {
  const { rootNamespace } = meshConfigurationOf(env).meshConfig;
  const policies = convertForZtunnel(
    cluster.objectsOf('AuthorizationPolicy'),
    cluster.objectsOf('PeerAuthentication'),
    rootNamespace,
  );
  const ref = { kind: object.kind, ...readName(object.name) };
  const policy = policyFrom(policies, ref);
  if (policy === undefined) return { policy: null };
  const manifest = cluster.object(ref)?.resource;
  // As everywhere in these cases, an object whose text names no namespace is shown without one.
  const hasNamespace = manifest === undefined || states(manifest, ['metadata', 'namespace']);
  return { policy: { ...workloadApiJson(policy), ...(hasNamespace ? {} : { namespace: undefined }) } };
});

/** Whether a field stands in the text: one that does not is located at what it would stand in. */
function states({ source }: Resource, path: FieldPath): boolean {
  return source.locate(path).start.offset !== source.locate(path.slice(0, -1)).start.offset;
}

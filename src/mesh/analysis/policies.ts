// Policies of who may do what: AuthorizationPolicy and RequestAuthentication.
// Source: istio/istio:pkg/config/analysis/analyzers/{authz,authn} at 1.31.
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { fullName } from './context.ts';
import { get, list, text, textMap, texts } from './fields.ts';
import { isAmbientPod, isPodInMesh } from './in-mesh.ts';
import { selects, selectorText } from './labels.ts';

const authorization: Analyzer = {
  name: 'authz.AuthorizationPoliciesAnalyzer',
  analyze: (context) => {
    const pods = context.of('Pod').filter((pod) => isAmbientPod(pod) || isPodInMesh(pod, context));
    for (const policy of context.of('AuthorizationPolicy')) {
      checkWorkloads(context, policy, pods);
      checkNamespaces(context, policy);
    }
  },
};

/** A policy of the root namespace is for the whole mesh, any other for its namespace. */
function checkWorkloads(context: AnalysisContext, policy: AnalysisObject, pods: readonly AnalysisObject[]): void {
  const { namespace } = policy.metadata;
  const isMeshWide = namespace === context.rootNamespace;
  const near = isMeshWide ? pods : pods.filter((pod) => pod.metadata.namespace === namespace);
  const selector = get(policy.object, 'spec', 'selector');
  if (selector === undefined) {
    if (!isMeshWide && near.length === 0) context.report('no-workload-in-namespace', policy, { namespace });
    return;
  }
  const labels = textMap(selector, 'matchLabels');
  if (!near.some((pod) => selects(labels, pod.metadata.labels)))
    context.report('no-workload-matches', policy, { labels: selectorText(labels) }, ['spec', 'selector']);
}

function checkNamespaces(context: AnalysisContext, policy: AnalysisObject): void {
  const names = context.of('Namespace').map(({ metadata }) => metadata.name);
  for (const [at, rule] of list(policy.object, 'spec', 'rules').entries())
    for (const [index, from] of list(rule, 'from').entries())
      for (const field of ['namespaces', 'notNamespaces'])
        for (const [item, pattern] of texts(from, 'source', field).entries()) {
          if (names.some((name) => isMatched(name, pattern))) continue;
          const place = ['spec', 'rules', at, 'from', index, 'source', field, item];
          context.report('namespace-not-found', policy, { namespace: pattern }, place);
        }
}

/** A star stands for anything at the beginning or at the end. */
function isMatched(name: string, pattern: string): boolean {
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return name.startsWith(pattern.slice(0, -1));
  return name.toLowerCase() === pattern.toLowerCase();
}

/** istiod fetches keys from wherever a RequestAuthentication says, unless addresses are kept from it. */
const keyFetches: Analyzer = {
  name: 'authn.BlockedCIDRsAnalyzer',
  analyze: (context) => {
    const policies = context.of('RequestAuthentication');
    if (policies.length === 0) return;
    for (const deployment of context.of('Deployment')) {
      if (deployment.metadata.labels['app'] !== 'istiod') continue;
      const isRestricted = list(deployment.object, 'spec', 'template', 'spec', 'containers')
        .flatMap((container) => list(container, 'env'))
        .some((variable) => text(variable, 'name') === 'BLOCKED_CIDRS_IN_JWKS_URIS' && text(variable, 'value') !== '');
      if (isRestricted) continue;
      const shown = policies.slice(0, 5).map(fullName).join(', ');
      const names = policies.length > 5 ? `${shown}, ...` : shown;
      context.report('key-fetch-unrestricted', deployment, { count: policies.length, names });
    }
  },
};

export const policyAnalyzers: readonly Analyzer[] = [keyFetches, authorization];

// Every analyzer that `istioctl analyze` runs, in its order, and what they say of a cluster.
// Source: istio/istio:pkg/config/analysis/analyzers/all.go and local/istiod_analyze.go at 1.31. Not here: what the schemas and istiod's
// webhook say of one object alone (IST0106, IST0130, IST0131, IST0133); the manifests room has said that when it read the object.
import { annotationAnalyzers } from './annotations.ts';
import { clusterAnalyzers } from './clusters.ts';
import { AnalysisContext, byCodeUnits, fullName } from './context.ts';
import type { AnalysisInput, AnalysisMessage, Analyzer } from './context.ts';
import { deprecationAnalyzers } from './deprecation.ts';
import { destinationRuleAnalyzers } from './destination-rules.ts';
import { envoyFilterAnalyzer } from './envoy-filters.ts';
import { get } from './fields.ts';
import { gatewayAnalyzers } from './gateways.ts';
import { injectionAnalyzers } from './injection.ts';
import { kubernetesGatewayAnalyzers } from './kubernetes-gateways.ts';
import { policyAnalyzers } from './policies.ts';
import { serviceEntryAnalyzers } from './service-entries.ts';
import { sidecarAnalyzer } from './sidecars.ts';
import { telemetryAnalyzers } from './telemetry.ts';
import { virtualServiceAnalyzers } from './virtual-services.ts';
import { webhookAnalyzers } from './webhooks.ts';
import { workloadAnalyzers } from './workloads.ts';

export const analyzers: readonly Analyzer[] = [
  ...annotationAnalyzers,
  ...policyAnalyzers,
  ...workloadAnalyzers,
  ...destinationRuleAnalyzers,
  ...deprecationAnalyzers,
  envoyFilterAnalyzer,
  ...gatewayAnalyzers,
  ...injectionAnalyzers,
  ...kubernetesGatewayAnalyzers,
  ...clusterAnalyzers,
  sidecarAnalyzer,
  ...virtualServiceAnalyzers,
  ...serviceEntryAnalyzers,
  ...webhookAnalyzers,
  ...telemetryAnalyzers,
];

/** The worst first, then by code and object; each thing once, and nothing that an object says not to be told. */
export function analyze(input: AnalysisInput, chosen: readonly Analyzer[] = analyzers): readonly AnalysisMessage[] {
  const context = new AnalysisContext(input);
  for (const analyzer of chosen) context.run(analyzer);
  const once = new Map<string, AnalysisMessage>();
  for (const message of context.messages) {
    const key = identityOf(message);
    if (!isSuppressed(message) && !once.has(key)) once.set(key, message);
  }
  return [...once.values()].sort(compare);
}

/** Two are the same when they read the same and point at no line of their own: only a plain value has one. */
function identityOf({ key, origin, params, place }: AnalysisMessage): string {
  const value = get(origin.object, ...place);
  const line = place.length > 2 && value !== undefined && typeof value !== 'object' ? place.join('.') : '';
  return JSON.stringify([key, origin.kind, fullName(origin), params, line]);
}

/** By the annotation that every object may carry. */
function isSuppressed({ code, origin }: AnalysisMessage): boolean {
  const codes = (origin.metadata.annotations['galley.istio.io/analyze-suppress'] ?? '').split(',');
  return codes.includes('*') || codes.includes(code);
}

const ranks = { Error: 0, Warning: 1, Info: 2 } as const;

function compare(a: AnalysisMessage, b: AnalysisMessage): number {
  return (
    ranks[a.level] - ranks[b.level] ||
    byCodeUnits(a.code, b.code) ||
    byCodeUnits(a.origin.kind, b.origin.kind) ||
    byCodeUnits(a.origin.metadata.name, b.origin.metadata.name) ||
    byCodeUnits(a.origin.metadata.namespace, b.origin.metadata.namespace)
  );
}

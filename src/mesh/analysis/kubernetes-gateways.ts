// The Gateway API: policies that must name their Gateway, and CRDs that are too old for istiod.
// Source: istio/istio:pkg/config/analysis/analyzers/k8sgateway and pkg/config/schema/gatewayapi/minimumversions.go at 1.31.
import type { AnalyzedKind, Analyzer } from './context.ts';
import { get, textMap } from './fields.ts';
import { firstKey, selects } from './labels.ts';

const gatewayNameLabel = 'gateway.networking.k8s.io/gateway-name';
const policyKinds: readonly AnalyzedKind[] = [
  'AuthorizationPolicy',
  'RequestAuthentication',
  'Telemetry',
  'WasmPlugin',
];

const selectors: Analyzer = {
  name: 'k8sgateway.SelectorAnalyzer',
  analyze: (context) => {
    const gatewayPods = context.of('Pod').filter(({ metadata }) => metadata.labels[gatewayNameLabel] !== undefined);
    for (const policy of policyKinds.flatMap((kind) => context.of(kind))) {
      const { metadata, object } = policy;
      const selector = get(object, 'spec', 'selector');
      if (selector === undefined || get(object, 'spec', 'targetRef') !== undefined) continue;
      const labels = textMap(selector, 'matchLabels');
      for (const pod of gatewayPods.filter((candidate) => candidate.metadata.namespace === metadata.namespace)) {
        if (!selects(labels, pod.metadata.labels)) continue;
        const gateway = pod.metadata.labels[gatewayNameLabel] ?? '';
        const place = ['spec', 'selector', 'matchLabels', ...firstKey(labels)];
        context.report('selector-without-effect', policy, { gateway }, place);
      }
    }
  },
};

type Version = readonly [major: number, minor: number, patch: number];

/** The first bundle whose kind istiod reads. */
const minimumBundles: Readonly<Record<string, Version>> = {
  'grpcroutes.gateway.networking.k8s.io': [1, 1, 0],
  'backendtlspolicies.gateway.networking.k8s.io': [1, 4, 0],
  'tlsroutes.gateway.networking.k8s.io': [1, 5, 0],
  'tcproutes.gateway.networking.k8s.io': [1, 6, 0],
};

const crdVersions: Analyzer = {
  name: 'k8sgateway.CRDVersionAnalyzer',
  analyze: (context) => {
    for (const definition of context.of('CustomResourceDefinition')) {
      const { name: crd, annotations } = definition.metadata;
      const minimum = minimumBundles[crd];
      const written = annotations['gateway.networking.k8s.io/bundle-version'];
      const installed = versionOf(written ?? '');
      if (minimum === undefined || written === undefined || installed === undefined) continue;
      if (isBefore(installed, minimum))
        context.report('crd-too-old', definition, { crd, installed: written, minimum: minimum.join('.') });
    }
  },
};

/** The numbers of `v1.4.0-rc.1+build`; what is left out is 0. What comes before a release counts as it. */
function versionOf(version: string): Version | undefined {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(version);
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2] ?? 0), Number(parts[3] ?? 0)];
}

function isBefore(a: Version, b: Version): boolean {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}

export const kubernetesGatewayAnalyzers: readonly Analyzer[] = [selectors, crdVersions];

// DestinationRules: who the server is, which pods a subset has, whether the host is known.
// Source: istio/istio:pkg/config/analysis/analyzers/destinationrule at 1.31.
import type { FieldPath } from '../../manifests/index.ts';
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { get, list, text, textMap, texts } from './fields.ts';
import { KnownHosts } from './hosts.ts';
import type { Labels } from './labels.ts';
import { labelsOf, selects } from './labels.ts';

const serverCertificates: Analyzer = {
  name: 'destinationrule.CaCertificateAnalyzer',
  analyze: (context) => {
    for (const rule of context.of('DestinationRule')) {
      const policy = ['spec', 'trafficPolicy'];
      const host = text(rule.object, 'spec', 'host');
      const mode = unverifiedMode(rule, [...policy, 'tls']);
      if (mode !== undefined) context.report('server-not-verified', rule, { mode, host }, [...policy, 'tls']);
      for (const [at, settings] of list(rule.object, ...policy, 'portLevelSettings').entries()) {
        const place = [...policy, 'portLevelSettings', at, 'tls'];
        const portMode = unverifiedMode(rule, place);
        const params = { mode: portMode ?? '', host, port: text(settings, 'port', 'number') };
        if (portMode !== undefined) context.report('server-not-verified-at-port', rule, params, place);
      }
    }
  },
};

/** The mode in which a client takes any server's certificate; undefined: it does not. A credential counts only where workloads are selected. */
function unverifiedMode({ object }: AnalysisObject, place: FieldPath): 'SIMPLE' | 'MUTUAL' | undefined {
  const tls = get(object, ...place);
  const mode = text(tls, 'mode');
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL') return undefined;
  const hasCredential = text(tls, 'credentialName') !== '' && get(object, 'spec', 'workloadSelector') !== undefined;
  return text(tls, 'caCertificates') !== '' || hasCredential ? undefined : mode;
}

const subsets: Analyzer = {
  name: 'destinationrule.PodNotSelectedAnalyzer',
  analyze: (context) => {
    const hosts = new KnownHosts(context);
    const nodes = new Map(context.of('Node').map((node) => [node.metadata.name, node]));
    const pods = context.of('Pod').map((pod) => withTopology(pod, nodes));
    for (const rule of context.of('DestinationRule')) {
      const { metadata, object } = rule;
      const host = text(object, 'spec', 'host');
      const service = hosts.find(metadata.namespace, texts(object, 'spec', 'exportTo'), host);
      if (service === undefined) {
        context.report('rule-host-unknown', rule, { host }, ['spec', 'host']);
        continue;
      }
      checkSubsets(context, rule, service.workloadLabels, pods);
    }
  },
};

function checkSubsets(
  context: AnalysisContext,
  rule: AnalysisObject,
  workloadLabels: Labels,
  pods: readonly Labels[],
): void {
  for (const [at, subset] of list(rule.object, 'spec', 'subsets').entries()) {
    const wanted = { ...workloadLabels, ...textMap(subset, 'labels') };
    if (pods.some((labels) => selects(wanted, labels))) continue;
    context.report('subset-selects-nothing', rule, { subset: text(subset, 'name') }, ['spec', 'subsets', at]);
  }
}

const region = 'topology.kubernetes.io/region';
const zone = 'topology.kubernetes.io/zone';
const subzone = 'topology.istio.io/subzone';

/**
 * A pod's labels with those that istiod adds: where its node is. A subzone is one of a zone, or none.
 * Source: istio/istio:pilot/pkg/serviceregistry/util/label/label.go AugmentLabels.
 */
function withTopology(pod: AnalysisObject, nodes: ReadonlyMap<string, AnalysisObject>): Labels {
  const nodeName = text(pod.object, 'spec', 'nodeName');
  const node = labelsOf(nodes.get(nodeName));
  const labels: Record<string, string> = { ...pod.metadata.labels };
  if (nodeName !== '') labels['kubernetes.io/hostname'] = nodeName;
  for (const key of [region, zone, subzone]) {
    const value = node[key] ?? '';
    if (value !== '') labels[key] = value;
    else if (key === zone) break;
  }
  return labels;
}

export const destinationRuleAnalyzers: readonly Analyzer[] = [serverCertificates, subsets];

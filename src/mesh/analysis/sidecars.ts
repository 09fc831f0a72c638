// Sidecar resources: at most one for each pod, and none where there are no sidecars.
// Source: istio/istio:pkg/config/analysis/analyzers/sidecar at 1.31.
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { grouped, namesOf } from './context.ts';
import { textMap } from './fields.ts';
import { isAmbientNamespace, isAmbientPod } from './in-mesh.ts';
import { firstKey, isEmpty, type Labels, selects, selectorText } from './labels.ts';

export const sidecarAnalyzer: Analyzer = {
  name: 'sidecar.SelectorAnalyzer',
  analyze: (context) => {
    const all = context.of('Sidecar');
    const ineffective = new Set<AnalysisObject>();
    checkSelecting(
      context,
      all.filter((sidecar) => !isEmpty(selectorOf(sidecar))),
      ineffective,
    );
    checkNamespaces(
      context,
      all.filter((sidecar) => isEmpty(selectorOf(sidecar))),
      ineffective,
    );
  },
};

function selectorOf(sidecar: AnalysisObject): Labels {
  return textMap(sidecar.object, 'spec', 'workloadSelector', 'labels');
}

function checkSelecting(
  context: AnalysisContext,
  sidecars: readonly AnalysisObject[],
  ineffective: Set<AnalysisObject>,
): void {
  const pods = context.of('Pod');
  const isSelected = (pod: AnalysisObject, sidecar: AnalysisObject): boolean =>
    pod.metadata.namespace === sidecar.metadata.namespace && selects(selectorOf(sidecar), pod.metadata.labels);
  for (const sidecar of sidecars) {
    if (pods.some((pod) => isSelected(pod, sidecar))) continue;
    const selector = selectorOf(sidecar);
    const place = ['spec', 'workloadSelector', 'labels', ...firstKey(selector)];
    context.report('no-pod-selected', sidecar, { selector: selectorText(selector) }, place);
  }
  for (const pod of pods) {
    const own = sidecars.filter((sidecar) => isSelected(pod, sidecar));
    if (isAmbientPod(pod)) {
      for (const sidecar of own.filter((item) => !ineffective.has(item))) {
        ineffective.add(sidecar);
        context.report('sidecar-for-ambient-pod', sidecar, {});
      }
    } else if (own.length > 1) {
      for (const sidecar of own)
        context.report('sidecars-conflict', sidecar, { sidecars: namesOf(own), pod: pod.metadata.name });
    }
  }
}

function checkNamespaces(
  context: AnalysisContext,
  sidecars: readonly AnalysisObject[],
  ineffective: ReadonlySet<AnalysisObject>,
): void {
  for (const [namespace, own] of grouped(sidecars, ({ metadata }) => metadata.namespace)) {
    if (isAmbientNamespace(context.find('Namespace', '', namespace))) {
      for (const sidecar of own.filter((item) => !ineffective.has(item)))
        context.report('sidecar-for-ambient-namespace', sidecar, {});
    } else if (own.length > 1) {
      for (const sidecar of own)
        context.report('sidecars-without-selector', sidecar, { sidecars: namesOf(own), namespace });
    }
  }
}

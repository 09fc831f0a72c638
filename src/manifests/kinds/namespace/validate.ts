// What a mesh reads of a namespace is its labels; a contradiction there is worth a word although the API server has none.
// Source: istio/istio:pkg/config/analysis/analyzers/injection/injection.go (IST0123, NamespaceMultipleInjectionLabels).

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';

const injectionLabel = 'istio-injection';
const revisionLabel = 'istio.io/rev';

export function validateNamespace(report: Report, { labels }: ObjectMeta): void {
  if (labels[injectionLabel] === undefined || labels[revisionLabel] === undefined) return;
  report.add('istio-injection-and-revision', ['metadata', 'labels', revisionLabel], {}, { aim: 'key' });
}

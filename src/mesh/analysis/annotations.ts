// Istio's annotations: that there is such a one, that it stands on the right kind of object, and that its value can be read.
// Source: istio/istio:pkg/config/analysis/analyzers/{annotations,maturity} and pkg/kube/inject/validate.go at 1.31.
import { annotationNamed } from './annotation-names.ts';
import { isQuantity, isValidInterface, isValidRange } from './annotation-values.ts';
import type { AnalyzedKind, AnalysisObject, Analyzer } from './context.ts';
import { get, list, text } from './fields.ts';
import { injectLabel } from './in-mesh.ts';

const annotatedKinds: readonly AnalyzedKind[] = ['Namespace', 'Service', 'Pod', 'Deployment'];

/** Istio and its controllers set these themselves. */
const setByIstio: readonly string[] = [
  'sidecar.istio.io/status',
  'gateway.istio.io/controller-version',
  'istio.io/rev',
];

/** Ingress classes are Kubernetes' own, but Istio documents them. */
function isIstios(name: string): boolean {
  return name === 'kubernetes.io/ingress.class' || (name.split('/')[0] ?? '').endsWith('istio.io');
}

interface Annotation {
  readonly name: string;
  readonly value: string;
}

function istiosOf({ metadata }: AnalysisObject): readonly Annotation[] {
  return Object.entries(metadata.annotations)
    .filter(([name]) => isIstios(name) && !setByIstio.includes(name))
    .map(([name, value]) => ({ name, value }));
}

const annotations: Analyzer = {
  name: 'annotations.K8sAnalyzer',
  analyze: (context) => {
    for (const object of annotatedKinds.flatMap((kind) => context.of(kind))) {
      for (const { name: annotation, value } of istiosOf(object)) {
        const place = ['metadata', 'annotations', annotation];
        const known = annotationNamed(annotation);
        if (known === undefined) {
          context.report('annotation-unknown', object, { annotation }, place);
          continue;
        }
        if (known.isDeprecated && annotation !== injectLabel)
          context.report('annotation-deprecated', object, { annotation }, place);
        // With the label beside it, it is there for those who know no label yet.
        if (known.isDeprecated && annotation === injectLabel && object.metadata.labels[injectLabel] === undefined)
          context.report('inject-annotation-deprecated', object, { annotation, label: injectLabel }, place);
        if (known.kinds.includes('Any')) continue;
        if (!known.kinds.includes(object.kind))
          context.report('annotation-misplaced', object, { annotation, kinds: known.kinds.join(', ') }, place);
        else if (!isValid(annotation, value))
          context.report('annotation-invalid', object, { annotation, value }, place);
      }
    }
  },
};

/** With istio-cni there is no init container, and istiod sets these for it. */
const setForCni: readonly string[] = [
  'sidecar.istio.io/interceptionMode',
  'traffic.sidecar.istio.io/includeInboundPorts',
  'traffic.sidecar.istio.io/excludeInboundPorts',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
];

/** Not among those that istioctl runs by itself: nearly every annotation is alpha. */
export const alphaAnalyzer: Analyzer = {
  name: 'maturity.AlphaAnalyzer',
  analyze: (context) => {
    for (const object of annotatedKinds.flatMap((kind) => context.of(kind))) {
      const hasInit = list(object.object, 'spec', 'initContainers').some((item) => text(item, 'name') === 'istio-init');
      const isIgnored = (name: string): boolean => object.kind === 'Pod' && !hasInit && setForCni.includes(name);
      for (const { name: annotation } of istiosOf(object)) {
        if (annotationNamed(annotation)?.isAlpha !== true || isIgnored(annotation)) continue;
        context.report('annotation-alpha', object, { annotation }, ['metadata', 'annotations', annotation]);
      }
    }
  },
};

// --- Values

const whole = (most: number) => (value: string) => /^\d+$/.test(value) && Number(value) <= most;
const isPort = (value: string): boolean => whole(0xff_ff)(value.trim());
const items = (isItem: (item: string) => boolean) => (value: string) => value === '' || value.split(',').every(isItem);
const isPorts = (value: string): boolean => items(isPort)(value.trim());
const orAll = (isValue: (value: string) => boolean) => (value: string) => value === '*' || isValue(value);
const isSeconds = whole(0xff_ff_ff_ff);
const isInterfaces = items((item) => isValidInterface(item.trim()));

const valueChecks: Readonly<Record<string, (value: string) => boolean>> = {
  'sidecar.istio.io/interceptionMode': (value) => ['REDIRECT', 'TPROXY', 'NONE'].includes(value),
  'status.sidecar.istio.io/port': isPort,
  'readiness.status.sidecar.istio.io/initialDelaySeconds': isSeconds,
  'readiness.status.sidecar.istio.io/periodSeconds': isSeconds,
  'readiness.status.sidecar.istio.io/failureThreshold': isSeconds,
  'traffic.sidecar.istio.io/includeOutboundIPRanges': orAll(items(isValidRange)),
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': items(isValidRange),
  'traffic.sidecar.istio.io/includeInboundPorts': orAll(isPorts),
  'traffic.sidecar.istio.io/excludeInboundPorts': isPorts,
  'traffic.sidecar.istio.io/excludeOutboundPorts': isPorts,
  'traffic.sidecar.istio.io/excludeInterfaces': isInterfaces,
  'traffic.sidecar.istio.io/kubevirtInterfaces': isInterfaces,
  'istio.io/reroute-virtual-interfaces': isInterfaces,
  'prometheus.istio.io/merge-metrics': (value) => /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value),
  'sidecar.istio.io/proxyCPU': isQuantity,
  'sidecar.istio.io/proxyMemory': isQuantity,
  'sidecar.istio.io/proxyCPULimit': isQuantity,
  'sidecar.istio.io/proxyMemoryLimit': isQuantity,
};

/** What is no mapping at all cannot be a ProxyConfig (`proxy.istio.io/config`); its fields are not looked at. */
function isValid(annotation: string, value: string): boolean {
  if (annotation === 'proxy.istio.io/config') return value.trim() === '' || /[:{]/.test(value);
  return get(valueChecks, annotation) === undefined || valueChecks[annotation]?.(value) === true;
}

export const annotationAnalyzers: readonly Analyzer[] = [annotations];

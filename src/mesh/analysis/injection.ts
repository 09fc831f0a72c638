// Sidecar injection: which namespaces ask for it, and whether their pods have got what they should.
// Source: istio/istio:pkg/config/analysis/analyzers/injection and util/proxyconfig.go at 1.31.
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { fullName, grouped, istioNamespace, joined } from './context.ts';
import { get, list, text, textMap } from './fields.ts';
import {
  containersOf,
  dataplaneModeLabel,
  injectLabel,
  namespaceInjectionLabel,
  proxyImageOf,
  proxyName,
  revisionLabel,
} from './in-mesh.ts';
import { labelsOf, selects, webhookSelects } from './labels.ts';

// --- Namespaces, and pods without a sidecar

const injection: Analyzer = {
  name: 'injection.Analyzer',
  analyze: (context) => {
    const injected = new Set(injectedNamespaces(context));
    for (const pod of context.of('Pod')) {
      const { namespace, labels, annotations } = pod.metadata;
      if (!injected.has(namespace) || get(pod.object, 'spec', 'hostNetwork') === true) continue;
      const wish = labels[injectLabel] ?? annotations[injectLabel] ?? '';
      if (wish.toLowerCase() === 'false' || proxyImageOf(containersOf(pod)) !== '') continue;
      context.report('pod-without-proxy', pod, { pod: fullName(pod) });
    }
  },
};

/** Says what there is to say of namespaces; returns those labelled `istio-injection=enabled`. */
function injectedNamespaces(context: AnalysisContext): readonly string[] {
  const injected: string[] = [];
  let isDefault = false;
  for (const namespace of context.of('Namespace')) {
    const { name, labels } = namespace.metadata;
    if (name === istioNamespace) continue;
    checkLabels(context, namespace);
    if (labels[dataplaneModeLabel] === 'ambient') continue;
    const config = configMapName(labels[revisionLabel] ?? '');
    const map = context.of('ConfigMap').find(({ metadata }) => metadata.name === config);
    if (map !== undefined)
      isDefault = get(valuesOf(map), 'sidecarInjectorWebhook', 'enableNamespacesByDefault') === true;
    const label = labels[namespaceInjectionLabel] ?? '';
    if (label === '' && labels[revisionLabel] === undefined) {
      const key = isDefault ? 'namespace-injected-by-default' : 'namespace-not-injected';
      context.report(key, namespace, { namespace: name });
    } else if (label === 'enabled') injected.push(name);
  }
  return injected;
}

/** A namespace should say once how it joins the mesh; one that opts out of injection may say more. */
function checkLabels(context: AnalysisContext, namespace: AnalysisObject): void {
  const { labels } = namespace.metadata;
  const injectionLabel = labels[namespaceInjectionLabel];
  const others =
    injectionLabel === undefined || injectionLabel === 'enabled' ? [revisionLabel, dataplaneModeLabel] : [];
  const found = [namespaceInjectionLabel, ...others].flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [`${key}=${value}`];
  });
  if (found.length > 1)
    context.report('several-injection-labels', namespace, { labels: found.join(', ') }, ['metadata', 'labels']);
}

/** The ConfigMap of a revision's injector. */
function configMapName(revision: string): string {
  return revision === '' || revision === 'default' ? 'istio-sidecar-injector' : `istio-sidecar-injector-${revision}`;
}

/** The injector's Helm values; undefined when they cannot be read. */
function valuesOf(map: AnalysisObject): unknown {
  try {
    return JSON.parse(text(map.object, 'data', 'values'));
  } catch {
    return undefined; // as upstream: values that are no JSON are none
  }
}

// --- Pods whose proxy is another one than the injector would put in today

const images: Analyzer = {
  name: 'injection.ImageAnalyzer',
  analyze: (context) => {
    const maps = context.of('ConfigMap').filter(({ metadata }) => metadata.name.startsWith('istio-sidecar-injector'));
    const imageByMap = new Map(maps.map((map) => [map.metadata.name, proxyImageOfInjector(map)]));
    if (imageByMap.size === 0) return;
    const differing = context.of('Pod').filter((pod) => {
      const map = configMapOfNamespace(labelsOf(context.find('Namespace', '', pod.metadata.namespace)));
      const image = map === undefined ? undefined : imageByMap.get(map);
      if (image === undefined || (pod.metadata.annotations['sidecar.istio.io/proxyImage'] ?? '') !== '') return false;
      const allowed = [image, `${image}-${imageTypeOf(context, pod)}`];
      return containersOf(pod).some(
        (container) => text(container, 'name') === proxyName && !allowed.includes(text(container, 'image')),
      );
    });
    for (const [name, pods] of grouped(differing, ({ metadata }) => metadata.namespace)) {
      const namespace = context.find('Namespace', '', name);
      if (namespace === undefined) continue; // it has been found above
      context.report('proxy-image-differs', namespace, { pods: joined(pods.map((pod) => pod.metadata.name)) });
    }
  },
};

/** The injector of a namespace's pods; undefined: none. */
function configMapOfNamespace(labels: Readonly<Record<string, string>>): string | undefined {
  const revision = labels[revisionLabel];
  if (revision !== undefined) return configMapName(revision);
  return labels[namespaceInjectionLabel] === 'enabled' ? configMapName('') : undefined;
}

function proxyImageOfInjector(map: AnalysisObject): string {
  const values = valuesOf(map);
  if (values === undefined) return '';
  const image = text(values, 'global', 'proxy', 'image');
  return image.includes('/') ? image : `${text(values, 'global', 'hub')}/${image}:${text(values, 'global', 'tag')}`;
}

/** The variant of the proxy's image that a pod gets, '' for the plain one: what is said nearest to the pod wins. */
function imageTypeOf(context: AnalysisContext, pod: AnalysisObject): string {
  const { namespace, labels, annotations } = pod.metadata;
  const configs = context.of('ProxyConfig');
  const ofRoot = configs.filter(({ metadata }) => metadata.namespace === context.rootNamespace);
  const own = configs.filter((config) => config.metadata.namespace === namespace && !ofRoot.includes(config));
  const selectorOf = (config: AnalysisObject): unknown => get(config.object, 'spec', 'selector');
  const candidates = [
    ...ofRoot.slice(-1),
    ...own.filter((config) => selectorOf(config) === undefined).slice(-1),
    ...own.filter(
      (config) => selectorOf(config) !== undefined && selects(textMap(selectorOf(config), 'matchLabels'), labels),
    ),
  ].map((config) => text(config.object, 'spec', 'image', 'imageType'));
  // A flat text: its one line says all that is read of it.
  const annotated = /["']?imageType["']?\s*:\s*["']?([\w-]+)/.exec(annotations['proxy.istio.io/config'] ?? '')?.[1];
  const stated = [text(context.meshConfig('defaultConfig'), 'image', 'imageType'), ...candidates, annotated ?? ''];
  const type = stated.findLast((candidate) => candidate !== '') ?? '';
  return type === 'default' ? '' : type;
}

// --- Containers that leave their image to the injector

const autoImages: Analyzer = {
  name: 'injection.ImageAutoAnalyzer',
  analyze: (context) => {
    const webhooks = context
      .of('MutatingWebhookConfiguration')
      .flatMap(({ object }) => list(object, 'webhooks'))
      .filter((webhook) => text(webhook, 'name').endsWith('istio.io'));
    for (const pod of context.of('Pod')) {
      const at = autoImageAt(list(pod.object, 'spec', 'containers'));
      if (at === -1) continue;
      context.report('image-left-in-pod', pod, { name: pod.metadata.name }, ['spec', 'containers', at, 'image']);
    }
    for (const deployment of context.of('Deployment')) {
      const template = get(deployment.object, 'spec', 'template');
      const at = autoImageAt(list(template, 'spec', 'containers'));
      const { namespace, name } = deployment.metadata;
      const namespaceLabels = labelsOf(context.find('Namespace', '', namespace === '' ? 'default' : namespace));
      const podLabels = textMap(template, 'metadata', 'labels');
      if (at === -1 || webhooks.some((webhook) => webhookSelects(webhook, namespaceLabels, podLabels))) continue;
      const place = ['spec', 'template', 'spec', 'containers', at, 'image'];
      context.report('image-not-injected', deployment, { name }, place);
    }
  },
};

function autoImageAt(containers: readonly unknown[]): number {
  return containers.findIndex(
    (container) => text(container, 'name') === proxyName && text(container, 'image') === 'auto',
  );
}

export const injectionAnalyzers: readonly Analyzer[] = [injection, images, autoImages];

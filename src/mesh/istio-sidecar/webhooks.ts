// The injector as the API server knows it: the webhooks of the installation, and those of MutatingWebhookConfigurations that somebody
// applied (another revision's, a tag's). Whichever istiod stands behind the Service answers: its version, revision and environment count.
import type { AdmissionWebhook } from '../../kube/index.ts';
import type { JsonObject, JsonValue, LabelSelector, PodResource, Resource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { meshConfigMap, underConfigMap } from '../config/index.ts';
import {
  defaultInjectionValues,
  isCalled,
  isInjectionRequired,
  isNativeSidecar,
  isSelected,
  webhooksOf,
} from '../injection/index.ts';
import { envoys } from '../envoy-parts.ts';
import { servedBy } from '../istiod/index.ts';
import { Trail } from '../trail.ts';

/** Of the installation, revision `default`. */
export function installedWebhooks(mesh: MeshConfiguration): readonly AdmissionWebhook[] {
  return webhooksOf('default').map((selectors) => ({
    ...injector(mesh),
    configuration: 'istio-sidecar-injector',
    name: selectors.name,
    service: { namespace: mesh.meshConfig.rootNamespace, name: 'istiod' },
    failurePolicy: 'Fail',
    matches: (resource, namespaceLabels) => isCalled(selectors, namespaceLabels, resource.metadata.labels),
  }));
}

/** Those of a configuration whose Service is an istiod's: it is asked for `/inject`. */
export function webhooksIn(configuration: Resource, mesh: MeshConfiguration): readonly AdmissionWebhook[] {
  let known = read.get(configuration);
  if (known === undefined) read.set(configuration, (known = readWebhooks(configuration, mesh)));
  return known;
}

const read = new WeakMap<Resource, readonly AdmissionWebhook[]>();

function readWebhooks({ object, metadata }: Resource, mesh: MeshConfiguration): readonly AdmissionWebhook[] {
  const webhooks = object['webhooks'];
  if (!Array.isArray(webhooks)) return [];
  return (webhooks as readonly JsonValue[]).flatMap((written): readonly AdmissionWebhook[] => {
    const webhook = objectOf(written);
    const service = objectOf(objectOf(webhook['clientConfig'])['service']);
    if (!textOf(service['path']).startsWith('/inject')) return [];
    const selectors = {
      namespaceSelector: selectorOf(webhook, 'namespaceSelector'),
      objectSelector: selectorOf(webhook, 'objectSelector'),
    };
    return [
      {
        ...injector(mesh),
        configuration: metadata.name,
        name: textOf(webhook['name']),
        service: { namespace: textOf(service['namespace']), name: textOf(service['name']) },
        failurePolicy: webhook['failurePolicy'] === 'Ignore' ? 'Ignore' : 'Fail',
        matches: (resource, namespaceLabels) => isSelected(selectors, namespaceLabels, resource.metadata.labels),
      },
    ];
  });
}

function selectorOf(webhook: JsonObject, name: string): LabelSelector {
  return objectOf(webhook[name]); // its schema is Kubernetes' own
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // no list, not null
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** What istiod answers. */
function injector(installed: MeshConfiguration): Pick<AdmissionWebhook, 'kinds' | 'review'> {
  return {
    kinds: ['Pod'],
    review(resource, _namespaceLabels, cluster) {
      if (!isKind(resource, 'Pod')) return { allowed: true, resource, rule: 'injection.not-a-pod' };
      const trail = new Trail();
      const isRequired = isInjectionRequired(resource, undefined, trail);
      const rule = trail.because[0]?.rule ?? '';
      if (!isRequired) return { allowed: true, resource, rule };
      const reason = envoys().injector.injectionError(resource);
      if (reason !== undefined) return { allowed: false, reason };
      return { allowed: true, resource: injectedBy(cluster, resource, installed), rule };
    },
  };
}

function injectedBy(
  { server, kubelets, configMap }: Parameters<AdmissionWebhook['review']>[2],
  pod: PodResource,
  installed: MeshConfiguration,
): PodResource {
  const { mesh: own, revision } = servedBy(server, installed);
  const mesh = underConfigMap(own, configMap(own.meshConfig.rootNamespace, meshConfigMap(revision)));
  const cni = mesh.cni.sidecars ? 'chained' : 'none';
  const values = { ...defaultInjectionValues, revision, cni } as const;
  return envoys().injector.injectPod(pod, { mesh, values, isNative: isNativeSidecar(pod, mesh.istiod, kubelets) });
}

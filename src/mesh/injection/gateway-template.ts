// The template `gateway`: a proxy that is the pod's application. Nothing is redirected, and no init container is needed.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery/files/gateway-injection-template.yaml at 1.31.
import { proxyContainerName } from './app-probes.ts';
import type { Overlay, TemplateInput } from './overlay.ts';
import {
  canonicalLabels,
  imageOf,
  proxyArguments,
  proxyEnvironment,
  readinessProbe,
  resourcesOf,
  revisionAndDefaults,
  sharedFields,
} from './template.ts';

export function gatewayTemplate({ pod, mesh, values }: TemplateInput): Overlay {
  return {
    labels: canonicalLabels(pod),
    annotations: revisionAndDefaults(pod, values),
    initContainers: [],
    containers: [
      {
        ...sharedFields(values),
        name: proxyContainerName,
        image: imageOf(pod, mesh),
        ports: [{ name: 'http-envoy-prom', containerPort: 15_090, protocol: 'TCP' }],
        args: proxyArguments('router', mesh),
        env: proxyEnvironment(pod, mesh, values),
        readinessProbe: readinessProbe(pod, values),
        resources: resourcesOf(pod.metadata.annotations),
        securityContext: { runAsUser: 1337, runAsGroup: 1337 },
      },
    ],
    volumes: [],
  };
}

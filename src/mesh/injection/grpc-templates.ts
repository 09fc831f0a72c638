// The templates `grpc-agent` and `grpc-simple`: gRPC applications that speak xDS themselves. The agent serves them certificates
// and a bootstrap file without an Envoy; the simple form has an init container write the file, in plaintext to istiod.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery/files/grpc-{agent,simple}.yaml at 1.31.
import type { Container } from '../../manifests/index.ts';
import { proxyContainerName } from './app-probes.ts';
import type { Overlay, TemplateInput } from './overlay.ts';
import { annotated } from './overlay.ts';
import {
  canonicalLabels,
  imageOf,
  proxyArguments,
  proxyEnvironment,
  readinessProbe,
  resourcesOf,
  revisionAndDefaults,
  sharedFields,
  statusPortAnnotation,
} from './template.ts';

const unrewritten = { 'sidecar.istio.io/rewriteAppHTTPProbers': 'false' };

export function grpcAgentTemplate({ pod, mesh, values }: TemplateInput): Overlay {
  const hasStatusPort = annotated(pod, statusPortAnnotation, String(values.statusPort)) !== '0';
  return {
    labels: canonicalLabels(pod),
    annotations: { ...revisionAndDefaults(pod, values), ...unrewritten },
    initContainers: [],
    containers: [
      {
        ...sharedFields(values),
        name: proxyContainerName,
        image: imageOf(pod, mesh),
        ports: [{ name: 'mesh-metrics', containerPort: 15_020, protocol: 'TCP' }],
        args: proxyArguments('sidecar', mesh),
        lifecycle: {
          postStart: { exec: { command: ['pilot-agent', 'wait', '--url=http://localhost:15020/healthz/ready'] } },
        },
        env: [
          { name: 'ISTIO_META_GENERATOR', value: 'grpc' },
          { name: 'OUTPUT_CERTS', value: '/var/lib/istio/data' },
          ...proxyEnvironment(pod, mesh, values),
          { name: 'DISABLE_ENVOY', value: 'true' },
        ],
        ...(hasStatusPort ? { readinessProbe: readinessProbe(pod, values, 15_020) } : {}),
        resources: resourcesOf(pod.metadata.annotations),
      },
      ...bootstrapped(pod.spec.containers, '/etc/istio/proxy/grpc-bootstrap.json'),
    ],
    volumes: [],
  };
}

export function grpcSimpleTemplate({ pod, values }: TemplateInput): Overlay {
  const mount = { mountPath: '/var/lib/grpc/data/', name: 'grpc-io-proxyless-bootstrap' };
  return {
    labels: {},
    annotations: unrewritten,
    initContainers: [
      {
        ...sharedFields(values),
        name: 'grpc-bootstrap-init',
        image: 'busybox:1.28',
        command: ['sh', '-c', `echo '{"xds_servers": []}' > ${mount.mountPath}bootstrap.json`],
        resources: {},
        volumeMounts: [mount],
      },
    ],
    containers: bootstrapped(pod.spec.containers, `${mount.mountPath}bootstrap.json`),
    volumes: [{ name: mount.name, emptyDir: {} }],
  };
}

/** The applications, told where their bootstrap file is. */
function bootstrapped(containers: readonly Container[], file: string): readonly Container[] {
  return containers
    .filter(({ name }) => name !== proxyContainerName)
    .map((container) => ({
      ...container,
      env: [...(container.env ?? []), { name: 'GRPC_XDS_BOOTSTRAP', value: file }],
    }));
}

// The istio-cni agent: what is applied to install it, and its process.
// Source: istio/istio:manifests/charts/istio-cni at 1.31; only what the simulation reads is written out.
import type { Context, EntityId } from '../../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../host/index.ts';
import type { SpawnRequest } from '../../kube/index.ts';
import type { ManifestFile } from '../../manifests/index.ts';
import type { MeshEnvironment } from '../api.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { createCniAgent } from './agent.ts';

/** The chart istio-cni: its agent on every node. */
export function cniManifest({ versions }: MeshConfiguration): ManifestFile {
  return { path: 'istio-cni.yaml', text: agent(versions.istio) };
}

function agent(version: string): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata: {name: istio-cni, namespace: istio-system}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: istio-cni-node
  namespace: istio-system
  labels: {k8s-app: istio-cni-node}
spec:
  selector: {matchLabels: {k8s-app: istio-cni-node}}
  template:
    metadata:
      labels: {k8s-app: istio-cni-node, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none}
    spec:
      serviceAccountName: istio-cni
      priorityClassName: system-node-critical
      containers:
      - name: install-cni
        image: docker.io/istio/install-cni:${version}
        readinessProbe: {httpGet: {path: /readyz, port: 8000}}
        resources: {requests: {cpu: 100m, memory: 100Mi}}
`;
}

/** Its process, of whatever else a pod of the root namespace runs. */
export function spawnCniAgent(
  ctx: Context,
  { container, node, netns, parent, path, pod }: SpawnRequest,
  { mesh, apiServer }: MeshEnvironment,
): EntityId<ProcessEvent> | undefined {
  if (container.name !== 'install-cni' || pod.resource.metadata.namespace !== mesh.meshConfig.rootNamespace)
    return undefined;
  const info: ProcessInfo = { program: 'istio-cni', netns, parent, uid: 0 };
  const { name, kubelet, machine } = node;
  return createCniAgent(ctx, path, { info, node: name, apiServer, kubelet, machine, settings: mesh.cni });
}

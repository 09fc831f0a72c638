// What the ambient profile installs besides istiod: the istio-cni agent and ztunnel, one of each a node.
// Source: istio/istio:manifests/charts/ztunnel at 1.31; only what the simulation reads is written out.
import type { ManifestFile } from '../../manifests/index.ts';
import { cniManifest } from '../cni/index.ts';
import type { MeshConfiguration } from '../config/index.ts';

export function ambientManifests(mesh: MeshConfiguration): readonly ManifestFile[] {
  const { istio } = mesh.versions;
  return [cniManifest(mesh), { path: 'ztunnel.yaml', text: ztunnel(istio) }];
}

function ztunnel(version: string): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata: {name: ztunnel, namespace: istio-system}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ztunnel
  namespace: istio-system
  labels: {app: ztunnel}
spec:
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {app: ztunnel}}
  template:
    metadata:
      labels: {app: ztunnel, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none}
    spec:
      serviceAccountName: ztunnel
      priorityClassName: system-node-critical
      terminationGracePeriodSeconds: 30
      containers:
      - name: istio-proxy
        image: docker.io/istio/ztunnel:${version}-distroless
        args: [proxy, ztunnel]
        readinessProbe: {httpGet: {path: /healthz/ready, port: 15021}}
        resources: {requests: {cpu: 200m, memory: 512Mi}}
`;
}

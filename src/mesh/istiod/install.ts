// istiod as its chart installs it: only what the simulation reads is written out.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery at 1.31.
import type { ManifestFile } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';

export function istiodManifests(mesh: MeshConfiguration): ManifestFile {
  return {
    path: 'istiod.yaml',
    text: `apiVersion: v1
kind: Namespace
metadata: {name: istio-system}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: istiod, namespace: istio-system}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
  labels: {app: istiod, istio: pilot, istio.io/rev: default}
spec:
  strategy: {rollingUpdate: {maxSurge: 100%, maxUnavailable: 25%}}
  selector: {matchLabels: {istio: pilot}}
  template:
    metadata:
      labels: {app: istiod, istio: pilot, istio.io/rev: default, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none}
    spec:
      serviceAccountName: istiod
      containers:
      - name: discovery
        image: docker.io/istio/pilot:${mesh.versions.istio}
        ports: [{containerPort: 8080}, {containerPort: 15010}, {containerPort: 15012}, {containerPort: 15017}]
        readinessProbe: {httpGet: {path: /ready, port: 8080}, initialDelaySeconds: 1, periodSeconds: 3, timeoutSeconds: 5}
        resources: {requests: {cpu: 500m, memory: 2048Mi}}
---
apiVersion: v1
kind: Service
metadata:
  name: istiod
  namespace: istio-system
  labels: {app: istiod}
spec:
  selector: {app: istiod, istio: pilot}
  ports:
  - {port: 15010, name: grpc-xds}
  - {port: 15012, name: https-dns}
  - {port: 443, name: https-webhook, targetPort: 15017}
  - {port: 15014, name: http-monitoring}
`,
  };
}

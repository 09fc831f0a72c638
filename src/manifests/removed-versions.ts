// API versions that manifests still carry although their server is gone. Source: the Kubernetes deprecated API migration guide
// (kubernetes/website:content/en/docs/reference/using-api/deprecation-guide.md) and Istio's 1.6 and 1.8 upgrade notes.

export interface RemovedVersion {
  readonly apiVersion: string;
  readonly kinds: readonly string[];
  readonly since: string;
  /** What to write instead; absent when the kind itself is gone. */
  readonly instead?: string;
}

const workloads = ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'];
const rbac = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
const webhooks = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];
const flowControl = ['FlowSchema', 'PriorityLevelConfiguration'];
const accessReviews = [
  'LocalSubjectAccessReview',
  'SelfSubjectAccessReview',
  'SelfSubjectRulesReview',
  'SubjectAccessReview',
];

const removedVersions: readonly RemovedVersion[] = [
  { apiVersion: 'extensions/v1beta1', kinds: workloads, since: 'Kubernetes 1.16', instead: 'apps/v1' },
  { apiVersion: 'apps/v1beta1', kinds: workloads, since: 'Kubernetes 1.16', instead: 'apps/v1' },
  { apiVersion: 'apps/v1beta2', kinds: workloads, since: 'Kubernetes 1.16', instead: 'apps/v1' },
  {
    apiVersion: 'extensions/v1beta1',
    kinds: ['NetworkPolicy'],
    since: 'Kubernetes 1.16',
    instead: 'networking.k8s.io/v1',
  },
  { apiVersion: 'extensions/v1beta1', kinds: ['PodSecurityPolicy'], since: 'Kubernetes 1.16' },
  { apiVersion: 'policy/v1beta1', kinds: ['PodSecurityPolicy'], since: 'Kubernetes 1.25' },
  { apiVersion: 'extensions/v1beta1', kinds: ['Ingress'], since: 'Kubernetes 1.22', instead: 'networking.k8s.io/v1' },
  {
    apiVersion: 'networking.k8s.io/v1beta1',
    kinds: ['Ingress', 'IngressClass'],
    since: 'Kubernetes 1.22',
    instead: 'networking.k8s.io/v1',
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kinds: webhooks,
    since: 'Kubernetes 1.22',
    instead: 'admissionregistration.k8s.io/v1',
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kinds: ['CustomResourceDefinition'],
    since: 'Kubernetes 1.22',
    instead: 'apiextensions.k8s.io/v1',
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1beta1',
    kinds: ['APIService'],
    since: 'Kubernetes 1.22',
    instead: 'apiregistration.k8s.io/v1',
  },
  {
    apiVersion: 'authentication.k8s.io/v1beta1',
    kinds: ['TokenReview'],
    since: 'Kubernetes 1.22',
    instead: 'authentication.k8s.io/v1',
  },
  {
    apiVersion: 'authorization.k8s.io/v1beta1',
    kinds: accessReviews,
    since: 'Kubernetes 1.22',
    instead: 'authorization.k8s.io/v1',
  },
  {
    apiVersion: 'certificates.k8s.io/v1beta1',
    kinds: ['CertificateSigningRequest'],
    since: 'Kubernetes 1.22',
    instead: 'certificates.k8s.io/v1',
  },
  {
    apiVersion: 'coordination.k8s.io/v1beta1',
    kinds: ['Lease'],
    since: 'Kubernetes 1.22',
    instead: 'coordination.k8s.io/v1',
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1beta1',
    kinds: rbac,
    since: 'Kubernetes 1.22',
    instead: 'rbac.authorization.k8s.io/v1',
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1alpha1',
    kinds: rbac,
    since: 'Kubernetes 1.22',
    instead: 'rbac.authorization.k8s.io/v1',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1beta1',
    kinds: ['PriorityClass'],
    since: 'Kubernetes 1.22',
    instead: 'scheduling.k8s.io/v1',
  },
  {
    apiVersion: 'storage.k8s.io/v1beta1',
    kinds: ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
    since: 'Kubernetes 1.22',
    instead: 'storage.k8s.io/v1',
  },
  { apiVersion: 'batch/v1beta1', kinds: ['CronJob'], since: 'Kubernetes 1.25', instead: 'batch/v1' },
  { apiVersion: 'batch/v2alpha1', kinds: ['CronJob'], since: 'Kubernetes 1.21', instead: 'batch/v1' },
  {
    apiVersion: 'discovery.k8s.io/v1beta1',
    kinds: ['EndpointSlice'],
    since: 'Kubernetes 1.25',
    instead: 'discovery.k8s.io/v1',
  },
  { apiVersion: 'events.k8s.io/v1beta1', kinds: ['Event'], since: 'Kubernetes 1.25', instead: 'events.k8s.io/v1' },
  {
    apiVersion: 'autoscaling/v2beta1',
    kinds: ['HorizontalPodAutoscaler'],
    since: 'Kubernetes 1.25',
    instead: 'autoscaling/v2',
  },
  {
    apiVersion: 'autoscaling/v2beta2',
    kinds: ['HorizontalPodAutoscaler'],
    since: 'Kubernetes 1.26',
    instead: 'autoscaling/v2',
  },
  { apiVersion: 'policy/v1beta1', kinds: ['PodDisruptionBudget'], since: 'Kubernetes 1.25', instead: 'policy/v1' },
  { apiVersion: 'node.k8s.io/v1beta1', kinds: ['RuntimeClass'], since: 'Kubernetes 1.25', instead: 'node.k8s.io/v1' },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta1',
    kinds: flowControl,
    since: 'Kubernetes 1.26',
    instead: 'flowcontrol.apiserver.k8s.io/v1',
  },
  {
    apiVersion: 'storage.k8s.io/v1beta1',
    kinds: ['CSIStorageCapacity'],
    since: 'Kubernetes 1.27',
    instead: 'storage.k8s.io/v1',
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta2',
    kinds: flowControl,
    since: 'Kubernetes 1.29',
    instead: 'flowcontrol.apiserver.k8s.io/v1',
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3',
    kinds: flowControl,
    since: 'Kubernetes 1.32',
    instead: 'flowcontrol.apiserver.k8s.io/v1',
  },
  { apiVersion: 'authentication.istio.io/v1alpha1', kinds: ['MeshPolicy', 'Policy'], since: 'Istio 1.6' },
  {
    apiVersion: 'rbac.istio.io/v1alpha1',
    kinds: ['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding'],
    since: 'Istio 1.6',
  },
];

export function findRemovedVersion(apiVersion: string, kind: string): RemovedVersion | undefined {
  return removedVersions.find((entry) => entry.apiVersion === apiVersion && entry.kinds.includes(kind));
}

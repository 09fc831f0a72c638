// Fidelity of Kubernetes: what is modelled, simplified and left out, each with what it was read from. The sentences are in text/fidelity.
import type { Fidelity } from '../kernel/index.ts';

export const kubeFidelity: readonly Fidelity[] = [
  { id: 'kube.api-server', state: 'modelled', source: 'kubernetes/kubernetes@v1.34: staging/src/k8s.io/apiserver' },
  { id: 'kube.controllers', state: 'modelled', source: 'kubernetes/kubernetes@v1.34: pkg/controller' },
  { id: 'kube.kubelet', state: 'modelled', source: 'kubernetes/kubernetes@v1.34: pkg/kubelet' },
  { id: 'kube.services', state: 'modelled', source: 'kubernetes/kubernetes@v1.34: pkg/controller/endpointslice' },
  { id: 'kube.proxy', state: 'modelled', source: 'kubernetes/kubernetes@v1.34: pkg/proxy/iptables/proxier.go' },
  {
    id: 'kube.load-balancers',
    state: 'simplified',
    source: 'kubernetes-sigs/aws-load-balancer-controller@v3.5: pkg/{service,backend,targetgroupbinding}',
  },
  { id: 'kube.scheduler', state: 'simplified', source: 'kubernetes/kubernetes@v1.34: pkg/scheduler' },
  {
    id: 'kube.images',
    state: 'simplified',
    source: 'kubernetes/kubernetes@v1.34: pkg/kubelet/images, pkg/kubelet/volumemanager',
  },
  { id: 'kube.dns', state: 'simplified', source: 'coredns/coredns:plugin/kubernetes' },
  {
    id: 'kube.watches',
    state: 'simplified',
    source: 'kubernetes/kubernetes@v1.34: staging/src/k8s.io/client-go/tools/cache',
  },
  {
    id: 'kube.webhooks',
    state: 'simplified',
    source: 'kubernetes/kubernetes@v1.34: staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook',
  },
  {
    id: 'kube.service-addresses',
    state: 'simplified',
    source: 'kubernetes/kubernetes@v1.34: pkg/registry/core/service/ipallocator',
  },
  {
    id: 'kube.scale-down',
    state: 'simplified',
    source: 'kubernetes/kubernetes@v1.34: pkg/controller/controller_utils.go ActivePodsWithRanks',
  },
  {
    id: 'kube.api-server-rest',
    state: 'not-modelled',
    source: 'kubernetes/kubernetes@v1.34: staging/src/k8s.io/apiserver',
  },
  {
    id: 'kube.rollout-rest',
    state: 'not-modelled',
    source: 'kubernetes/kubernetes@v1.34: pkg/controller/{deployment,statefulset,daemon}',
  },
  {
    id: 'kube.job-rest',
    state: 'not-modelled',
    source: 'kubernetes/kubernetes@v1.34: pkg/controller/job/job_controller.go',
  },
  {
    id: 'kube.scheduler-rest',
    state: 'not-modelled',
    source: 'kubernetes/kubernetes@v1.34: pkg/scheduler/framework/plugins',
  },
  { id: 'kube.node-rest', state: 'not-modelled', source: 'kubernetes/kubernetes@v1.34: pkg/kubelet' },
  { id: 'kube.service-rest', state: 'not-modelled', source: 'kubernetes/kubernetes@v1.34: pkg/proxy' },
];

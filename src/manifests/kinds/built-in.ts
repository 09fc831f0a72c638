// Kubernetes' own kinds with checks of their own, one line each. A test fails if a folder is listed neither here nor in custom.ts.

import { configMap } from './config-map/index.ts';
import { cronJob } from './cron-job/index.ts';
import { daemonSet } from './daemon-set/index.ts';
import { deployment } from './deployment/index.ts';
import { endpointSlice } from './endpoint-slice/index.ts';
import { ingressClass } from './ingress-class/index.ts';
import { ingress } from './ingress/index.ts';
import { job } from './job/index.ts';
import { namespace } from './namespace/index.ts';
import { podDisruptionBudget } from './pod-disruption-budget/index.ts';
import { pod } from './pod/index.ts';
import { replicaSet } from './replica-set/index.ts';
import { secret } from './secret/index.ts';
import { service } from './service/index.ts';
import { serviceAccount } from './service-account/index.ts';
import { statefulSet } from './stateful-set/index.ts';
import type { KindDefinition } from './definition.ts';

export const builtInKinds: readonly KindDefinition[] = [
  configMap,
  cronJob,
  daemonSet,
  deployment,
  endpointSlice,
  ingress,
  ingressClass,
  job,
  namespace,
  pod,
  podDisruptionBudget,
  replicaSet,
  secret,
  service,
  serviceAccount,
  statefulSet,
];

// Every simulated kind, one line each. A test fails if a folder is not listed.

import { authorizationPolicy } from './authorization-policy/index.ts';
import { configMap } from './config-map/index.ts';
import { daemonSet } from './daemon-set/index.ts';
import { deployment } from './deployment/index.ts';
import { endpointSlice } from './endpoint-slice/index.ts';
import { httpRoute } from './http-route/index.ts';
import { job } from './job/index.ts';
import { namespace } from './namespace/index.ts';
import { peerAuthentication } from './peer-authentication/index.ts';
import { pod } from './pod/index.ts';
import { replicaSet } from './replica-set/index.ts';
import { secret } from './secret/index.ts';
import { service } from './service/index.ts';
import { serviceAccount } from './service-account/index.ts';
import { statefulSet } from './stateful-set/index.ts';
import { virtualService } from './virtual-service/index.ts';
import type { KindDefinition } from './definition.ts';

export const kindDefinitions: readonly KindDefinition[] = [
  authorizationPolicy,
  configMap,
  daemonSet,
  deployment,
  endpointSlice,
  httpRoute,
  job,
  namespace,
  peerAuthentication,
  pod,
  replicaSet,
  secret,
  service,
  serviceAccount,
  statefulSet,
  virtualService,
];

const byName = new Map(kindDefinitions.map((definition) => [`${definition.group}/${definition.kind}`, definition]));

export function findKindDefinition(group: string, kind: string): KindDefinition | undefined {
  return byName.get(`${group}/${kind}`);
}

// `mtls-mode`: what a workload's inbound ports accept behind a sidecar.
import * as v from 'valibot';
import { meshConfigurationOf } from '../environment.ts';
import { question } from '../step-kind.ts';
import { effectivePeerAuthentication } from '../../../../mesh/index.ts';

const schema = v.object({
  workload: v.object({ namespace: v.string(), labels: v.record(v.string(), v.string()) }),
  ports: v.array(v.number()),
});

export const mtlsModeStep = question('mtls-mode', schema, ({ workload, ports }, { env, cluster }) => {
  const { rootNamespace } = meshConfigurationOf(env).meshConfig;
  const effective = effectivePeerAuthentication(cluster.objectsOf('PeerAuthentication'), workload, rootNamespace);
  const perPort = new Map([...ports.map((port) => [port, effective.mode] as const), ...effective.ports]);
  return { mode: effective.mode, perPort: Object.fromEntries(perPort) };
});

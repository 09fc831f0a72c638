// `proxy`: what a proxy that is not there would do with a call: which listener, chain, route and cluster take it. Its configuration is
// compiled as istiod would for a proxy with these labels and addresses, as upstream's own tests do without a pod.
// Source: istio/istio:pilot/pkg/{simulation/traffic.go,networking/core/fake.go} at 1.31.
import * as v from 'valibot';
import { buildRegistry, compileSidecarProxy, simulate } from '../../../../mesh/index.ts';
import { meshConfigurationOf } from '../environment.ts';
import type { StepResult } from '../protocol.ts';
import type { CaseState } from '../step-kind.ts';
import { question, unsupported } from '../step-kind.ts';

const schema = v.object({
  proxy: v.object({
    type: v.picklist(['sidecar', 'gateway']),
    namespace: v.pipe(
      v.string(),
      v.transform((namespace) => namespace || 'default'),
    ),
    labels: v.optional(v.record(v.string(), v.string()), {}),
    ips: v.array(v.string()),
  }),
  mode: v.picklist(['inbound', 'outbound', 'gateway']),
  /** Absent: any address that is nobody's. */
  address: v.optional(v.string(), '1.3.3.7'),
  port: v.number(),
  protocol: v.picklist(['http', 'http2', 'tcp']),
  tls: v.optional(v.picklist(['plaintext', 'tls', 'mtls']), 'plaintext'),
  alpn: v.optional(v.string(), ''),
  sni: v.optional(v.string(), ''),
  host: v.optional(v.string(), ''),
  path: v.optional(v.string(), '/'),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  mtlsSecret: v.optional(v.string(), ''),
});

type ProxyStep = v.InferOutput<typeof schema>;

export const proxyStep = question('proxy', schema, (step, state) => {
  if (step.proxy.type === 'gateway') return unsupported('proxy gateway');
  return simulated(step, state);
});

function simulated({ proxy, headers, ...call }: ProxyStep, state: CaseState): StepResult {
  const node = { namespace: proxy.namespace, labels: proxy.labels, address: proxy.ips[0] ?? '' };
  const { error, cluster, ...envoy } = simulate(compileSidecarProxy(registryOf(state), node), {
    ...call,
    headers: Object.entries(headers),
  });
  return { error: error ?? null, ...(cluster === '' ? {} : { cluster }), envoy };
}

function registryOf({ env, cluster }: CaseState): ReturnType<typeof buildRegistry> {
  return buildRegistry({ values: () => cluster.objects() }, meshConfigurationOf(env), 0);
}

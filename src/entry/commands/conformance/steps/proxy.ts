// `proxy`: what a proxy that is not there would do with a call: which listener, chain, route and cluster take it. Its configuration is
// compiled as istiod would for a proxy with these labels and addresses, as upstream's own tests do without a pod.
// Source: istio/istio:pilot/pkg/{simulation/traffic.go,networking/core/fake.go} at 1.31.
import * as v from 'valibot';
import type { StoredObject } from '../../../../kube/index.ts';
import type { Resource } from '../../../../manifests/index.ts';
import { buildRegistry, compileGateway, compileSidecarProxy, simulate } from '../../../../mesh/index.ts';
import { meshConfigurationOf } from '../environment.ts';
import type { CaseState } from '../step-kind.ts';
import { question } from '../step-kind.ts';

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

const compilers = { sidecar: compileSidecarProxy, gateway: compileGateway };

export const proxyStep = question('proxy', schema, ({ proxy, headers, ...call }, state) => {
  const { type, namespace, labels, ips } = proxy;
  const configuration = compilers[type](registryOf(state), { namespace, labels, address: ips[0] ?? '' });
  const { error, cluster, ...envoy } = simulate(configuration, { ...call, headers: Object.entries(headers) });
  return { error: error ?? null, ...(cluster === '' ? {} : { cluster }), envoy };
});

function registryOf({ env, cluster }: CaseState): ReturnType<typeof buildRegistry> {
  return buildRegistry({ values: () => cluster.objects().map(withoutDomain) }, meshConfigurationOf(env), 0);
}

const kindsWithHosts = ['VirtualService', 'DestinationRule'];

/**
 * The harness of upstream's tests reads configurations without the cluster's domain: there a short name means NAME.NAMESPACE, which
 * in a cluster is no Service's name. Its cases expect so.
 */
function withoutDomain(object: StoredObject): StoredObject {
  const { resource } = object;
  if (!kindsWithHosts.includes(resource.kind) || !('spec' in resource)) return object;
  const { namespace } = resource.metadata;
  const full = (host: unknown): unknown =>
    typeof host === 'string' && !host.includes('.') && !host.startsWith('*') ? `${host}.${namespace}` : host;
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]: [string, unknown]) => {
        if (key === 'host') return [key, full(inner)];
        return [key, key === 'hosts' && Array.isArray(inner) ? inner.map(full) : rewrite(inner)];
      }),
    );
  };
  return { ...object, resource: { ...resource, spec: rewrite(resource.spec) } as Resource }; // the same fields
}

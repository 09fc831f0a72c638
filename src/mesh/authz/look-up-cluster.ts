// The cluster of a host that MeshConfig or a policy names outside of any route.
// Source: istio/istio:pilot/pkg/model/telemetry_logging.go LookupCluster at 1.31.

/** A Service's or ServiceEntry's host. */
export interface RegistryHost {
  readonly hostname: string;
  readonly namespace: string;
}

/** `service` is a host or `namespace/host`. Undefined: unknown, or the host is in several namespaces. */
export function lookUpCluster(
  hosts: readonly RegistryHost[],
  service: string,
  port: number,
): { readonly hostname: string; readonly cluster: string } | undefined {
  const parts = service.split('/');
  const name = parts.at(-1) ?? '';
  const namespace = parts.length > 1 ? parts[0] : undefined;
  const found = hosts.filter(
    (host) => host.hostname === name && (namespace === undefined || host.namespace === namespace),
  );
  const namespaces = new Set(found.map((host) => host.namespace));
  if (parts.length > 2 || namespaces.size !== 1) return undefined;
  return { hostname: name, cluster: `outbound|${port}||${name}` };
}

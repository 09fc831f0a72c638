// The folder of a kind, in src/manifests/kinds and among the cases.

/** `HTTPRoute` lives in http-route; two kinds are called Gateway, and Istio's is told apart by its name. */
export function folderOfKind({ group, kind }: { readonly group: string; readonly kind: string }): string {
  const name = kind
    .replace(/^(HTTP|GRPC|TCP|TLS|UDP|X)(?=[A-Z][a-z])/, '$1-')
    .replace('TLSPolicy', '-TLS-Policy')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase();
  return name === 'gateway' && group === 'networking.istio.io' ? 'istio-gateway' : name;
}

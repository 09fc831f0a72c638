// External authorizers as MeshConfig's extensionProviders names them: whom a CUSTOM policy asks, and what is passed on and back.
// Source: istio/api:mesh/v1alpha1/config.proto EnvoyExternalAuthorization{Http,Grpc}Provider at 1.31; defaults by
// istio/istio:pilot/pkg/security/authz/builder/extauthz.go. Left out: includeRequestBodyInCheck (no body is asked about).

interface ProviderBase {
  readonly name: string;
  /** A host name of the registry, or `namespace/host`. */
  readonly service: string;
  readonly port: number;
  /** A duration as written; '': 600 s. */
  readonly timeout: string;
  /** Whether a request goes on when the authorizer cannot be asked. Default false. */
  readonly failOpen: boolean;
  /** The status for a request whose authorizer cannot be asked; '': 403. */
  readonly statusOnError: string;
}

/** Header names are as written: exact, `prefix*` or `*suffix`. */
export interface ExtAuthzHttpProvider extends ProviderBase {
  readonly kind: 'http';
  /** Put before the path of the check. */
  readonly pathPrefix: string;
  readonly includeRequestHeadersInCheck: readonly string[];
  readonly includeAdditionalHeadersInCheck: readonly (readonly [name: string, value: string])[];
  readonly headersToUpstreamOnAllow: readonly string[];
  readonly headersToDownstreamOnAllow: readonly string[];
  readonly headersToDownstreamOnDeny: readonly string[];
}

export interface ExtAuthzGrpcProvider extends ProviderBase {
  readonly kind: 'grpc';
}

export type ExtAuthzProvider = ExtAuthzHttpProvider | ExtAuthzGrpcProvider;

/** The authorizers among MeshConfig's `extensionProviders` as YAML or JSON gives them; other providers (tracing, logs) are left out. */
export function extAuthzProvidersOf(written: unknown): readonly ExtAuthzProvider[] {
  if (!Array.isArray(written)) return [];
  return written.flatMap((entry: unknown): readonly ExtAuthzProvider[] => {
    const http = fieldOf(entry, 'envoyExtAuthzHttp');
    const provider = http ?? fieldOf(entry, 'envoyExtAuthzGrpc');
    if (provider === undefined) return [];
    const base = {
      name: textOf(entry, 'name'),
      service: textOf(provider, 'service'),
      port: Number(fieldOf(provider, 'port') ?? 0),
      timeout: textOf(provider, 'timeout'),
      failOpen: fieldOf(provider, 'failOpen') === true,
      statusOnError: textOf(provider, 'statusOnError'),
    };
    if (http === undefined) return [{ kind: 'grpc', ...base }];
    const included = textsOf(http, 'includeRequestHeadersInCheck');
    const added = Object.entries(fieldOf(http, 'includeAdditionalHeadersInCheck') ?? {});
    return [
      {
        kind: 'http',
        ...base,
        pathPrefix: textOf(http, 'pathPrefix'),
        // Its older name counts where the newer one is empty.
        includeRequestHeadersInCheck: included.length > 0 ? included : textsOf(http, 'includeHeadersInCheck'),
        includeAdditionalHeadersInCheck: added
          .map(([name, value]): readonly [string, string] => [name, String(value)])
          .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
        headersToUpstreamOnAllow: textsOf(http, 'headersToUpstreamOnAllow'),
        headersToDownstreamOnAllow: textsOf(http, 'headersToDownstreamOnAllow'),
        headersToDownstreamOnDeny: textsOf(http, 'headersToDownstreamOnDeny'),
      },
    ];
  });
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name] ?? undefined; // an object that has the field
}

function textOf(value: unknown, name: string): string {
  const text = fieldOf(value, name);
  return typeof text === 'string' || typeof text === 'number' ? String(text) : '';
}

function textsOf(value: unknown, name: string): readonly string[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

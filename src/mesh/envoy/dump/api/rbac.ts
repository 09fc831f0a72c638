// RBAC, JWT and external authorization filters in the form of Envoy's API.
// Source: istio/istio:pilot/pkg/security/authz/model/{generator,permission,principal}.go at 1.31; envoyproxy/envoy:api/envoy/config/rbac/v3.
// Left out: how claims, presenters and metadata are looked up; they are named with their values.
import type { AuthFilter } from '../../../authz/index.ts';
import type { JsonObject } from '../../../../manifests/index.ts';

type Policy = NonNullable<Extract<AuthFilter, { kind: 'rbac' }>['rules']>[number];
type Condition = Policy['when'][number];

/** `layer`: whether it stands among HTTP filters or network filters. */
export function authFilterJson(filter: AuthFilter, layer: 'http' | 'network'): JsonObject {
  const extension = `envoy.filters.${layer}.`;
  const type = `type.googleapis.com/envoy.extensions.filters.${layer}.`;
  switch (filter.kind) {
    case 'rbac':
      return {
        name: `${extension}rbac`,
        typedConfig: {
          '@type': `${type}rbac.v3.RBAC`,
          ...(filter.rules === undefined ? {} : { rules: rulesJson(filter.action, filter.rules) }),
          ...(filter.shadow === undefined
            ? {}
            : {
                shadowRules: rulesJson(filter.action, filter.shadow),
                shadowRulesStatPrefix: `istio_dry_run_${filter.action.toLowerCase()}_`,
              }),
        },
      };
    case 'jwt':
      return {
        name: 'envoy.filters.http.jwt_authn',
        typedConfig: {
          '@type': `${type}jwt_authn.v3.JwtAuthentication`,
          providers: Object.fromEntries(
            filter.providers.map(({ issuer, audiences, forward, payloadHeader }, index) => [
              `origins-${index}`,
              {
                issuer,
                ...(audiences.length === 0 ? {} : { audiences: [...audiences] }),
                ...(forward ? { forward } : {}),
                ...(payloadHeader === '' ? {} : { forwardPayloadHeader: payloadHeader }),
                payloadInMetadata: 'payload',
              },
            ]),
          ),
        },
      };
    case 'ext-authz':
      return {
        name: `${extension}ext_authz`,
        typedConfig: { '@type': `${type}ext_authz.v3.ExtAuthz`, ...serviceJson(filter), transportApiVersion: 'V3' },
      };
  }
}

function serviceJson({ cluster, provider }: Extract<AuthFilter, { kind: 'ext-authz' }>): JsonObject {
  return provider.kind === 'grpc'
    ? { grpcService: { envoyGrpc: { clusterName: cluster } } }
    : { httpService: { serverUri: { uri: `http://${provider.service}`, cluster } } };
}

function rulesJson(action: string, policies: readonly Policy[]): JsonObject {
  return {
    ...(action === 'ALLOW' ? {} : { action: action === 'AUDIT' ? 'LOG' : action }),
    policies: Object.fromEntries(policies.map((policy) => [policy.name, policyJson(policy)])),
  };
}

function policyJson({ from, to, when, never }: Policy): JsonObject {
  if (never !== undefined) return { permissions: [{ notRule: { any: true } }], principals: [{ notId: { any: true } }] };
  const what = when.filter(isPermission);
  const who = when.filter((condition) => !isPermission(condition));
  return {
    permissions: anyOf(to).map((conditions) => allOf([...conditions, ...what], 'rule')),
    principals: anyOf(from).map((conditions) => allOf([...conditions, ...who], 'id')),
  };
}

function anyOf(lists: readonly (readonly Condition[])[]): readonly (readonly Condition[])[] {
  return lists.length === 0 ? [[]] : lists;
}

/** What is asked of the request and where it goes; everything else is asked of who sends it. */
function isPermission({ attribute }: Condition): boolean {
  return (
    /^(destination\.|connection\.|experimental\.)/.test(attribute) || /^request\.(method|host|path)$/.test(attribute)
  );
}

function allOf(conditions: readonly Condition[], kind: 'rule' | 'id'): JsonObject {
  const all = conditions.flatMap(({ attribute, values, notValues }) => [
    ...(values.length === 0 ? [] : [oneOf(attribute, values, kind)]),
    ...(notValues.length === 0 ? [] : [{ [kind === 'rule' ? 'notRule' : 'notId']: oneOf(attribute, notValues, kind) }]),
  ]);
  if (all.length === 0) return { any: true };
  return kind === 'rule' ? { andRules: { rules: all } } : { andIds: { ids: all } };
}

function oneOf(attribute: string, values: readonly string[], kind: 'rule' | 'id'): JsonObject {
  const each = values.map((value) => matcherOf(attribute, value));
  return kind === 'rule' ? { orRules: { rules: each } } : { orIds: { ids: each } };
}

function matcherOf(attribute: string, value: string): JsonObject {
  const header = /^request\.headers\[(.+)\]$/.exec(attribute)?.[1];
  if (header !== undefined) return { header: { name: header, stringMatch: textMatch(value) } };
  switch (attribute) {
    case 'destination.ip':
      return { destinationIp: rangeOf(value) };
    case 'destination.port':
      return { destinationPort: Number(value) };
    case 'connection.sni':
      return { requestedServerName: textMatch(value) };
    case 'request.method':
      return { header: { name: ':method', stringMatch: textMatch(value) } };
    case 'request.host':
      return { header: { name: ':authority', stringMatch: { ...textMatch(value), ignoreCase: true } } };
    case 'request.path':
      return { urlPath: { path: textMatch(value) } };
    case 'source.ip':
      return { directRemoteIp: rangeOf(value) };
    case 'remote.ip':
      return { remoteIp: rangeOf(value) };
    case 'source.principal':
      return peer(value === '*' ? textMatch(value) : prefixed(value));
    case 'source.namespace':
      return peer({ safeRegex: { regex: `.*/ns/${value.split('*').map(quoted).join('.*')}/.*` } });
    default:
      return {
        metadata: {
          filter: 'envoy.filters.http.jwt_authn',
          path: [{ key: attribute }],
          value: { stringMatch: textMatch(value) },
        },
      };
  }
}

function peer(stringMatch: JsonObject): JsonObject {
  return { filterState: { key: 'io.istio.peer_principal', stringMatch } };
}

function prefixed(value: string): JsonObject {
  if (value.startsWith('*')) return { suffix: value.slice(1) };
  return textMatch(`spiffe://${value}`);
}

/** Exact, `prefix*`, `*suffix`; `*` is anything but nothing. */
function textMatch(value: string): JsonObject {
  if (value === '*') return { safeRegex: { regex: '.+' } };
  if (value.startsWith('*')) return { suffix: value.slice(1) };
  return value.endsWith('*') ? { prefix: value.slice(0, -1) } : { exact: value };
}

function rangeOf(block: string): JsonObject {
  const [addressPrefix = '', bits] = block.split('/');
  return { addressPrefix, prefixLen: bits === undefined ? (addressPrefix.includes(':') ? 128 : 32) : Number(bits) };
}

function quoted(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

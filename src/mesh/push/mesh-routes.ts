// HTTPRoutes on Services and ServiceEntries (GAMMA) as routing rules: one for all routes of a namespace on one host, and one more for each
// port that routes name. Source: istio/istio:pilot/pkg/config/kube/gateway/route_collections.go HTTPRouteCollection, mergeHTTPRoutes at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { ResourceOf } from '../../manifests/index.ts';
import { byAge } from '../age.ts';
import { originOf } from '../origin.ts';
import type { Registry } from '../registry/index.ts';
import { portOf } from '../registry/index.ts';
import { routesOfHttpRoutes } from '../routing/index.ts';
import type { RoutingRule, RuleDestination } from './routing-rule.ts';

type HttpRoute = StoredObject<ResourceOf<'HTTPRoute'>>;

interface Attachment {
  readonly key: string;
  readonly namespace: string;
  readonly host: string;
  /** 0: every port. */
  readonly port: number;
  readonly route: HttpRoute;
}

export function meshHttpRoutes(registry: Registry): readonly RoutingRule[] {
  const byKey = new Map<string, Attachment[]>();
  for (const attachment of registry.httpRoutes.flatMap((route) => attachments(registry, route)))
    byKey.set(attachment.key, [...(byKey.get(attachment.key) ?? []), attachment]);
  return [...byKey.values()].flatMap((group) => ruleOf(registry, group));
}

function attachments(registry: Registry, route: HttpRoute): readonly Attachment[] {
  const { metadata, spec } = route.resource;
  const { namespace } = metadata;
  return (spec.parentRefs ?? []).flatMap(({ group, kind, name, namespace: home = namespace, port = 0 }) => {
    const hosts =
      kind === 'Service' && group === ''
        ? [`${name}.${home}.svc.${registry.mesh.domain}`]
        : kind === 'ServiceEntry' && group === 'networking.istio.io'
          ? (registry.serviceEntries.find(
              ({ resource }) => resource.metadata.name === name && resource.metadata.namespace === home,
            )?.resource.spec.hosts ?? [])
          : [];
    return hosts.map((host): Attachment => ({
      key: `${namespace}${port === 0 ? '' : `~${port}`}~${host}`,
      namespace,
      host,
      port,
      route,
    }));
  });
}

function ruleOf(registry: Registry, group: readonly Attachment[]): readonly RoutingRule[] {
  const routes = [...new Set(group.map(({ route }) => route))].sort(byAge);
  const [first] = group;
  const [oldest] = routes;
  if (first === undefined || oldest === undefined) return [];
  const hasBackend = (target: { readonly hostname: string }, port: number): boolean => {
    const service = registry.services.get(target.hostname);
    return service !== undefined && portOf(service, port) !== undefined;
  };
  const all = routesOfHttpRoutes(routes, hasBackend, registry.mesh.domain);
  return [
    {
      namespace: first.namespace,
      name: first.key,
      createdAt: oldest.createdAt,
      exportTo: [],
      hosts: [first.host],
      gateways: ['mesh'],
      semantics: 'gateway',
      http: (_, { port }) => (first.port === 0 || first.port === port ? all : []),
      tls: [],
      tcp: [],
      destinations: routes.flatMap((route) => destinationsOf(registry, route)),
      origin: originOf(oldest),
    },
  ];
}

function destinationsOf(registry: Registry, { resource }: HttpRoute): readonly RuleDestination[] {
  const { metadata, spec } = resource;
  return spec.rules.flatMap((rule) =>
    (rule.backendRefs ?? []).map(({ kind, name, namespace = metadata.namespace, port = 0 }) => ({
      host: kind === 'Service' ? `${name}.${namespace}.svc.${registry.mesh.domain}` : name,
      port,
      sources: [],
    })),
  );
}

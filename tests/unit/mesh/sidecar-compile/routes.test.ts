// Which rule routes a host's requests: VirtualServices and HTTPRoutes, producers' and consumers', exact hosts and wildcards, imports.
// Cases as in istio/istio:pilot/pkg/networking/core/sidecar_simulation_test.go TestSidecarRoutes.
import { describe, expect, test } from 'vitest';
import { configurationOf, outcome } from './scene.ts';

const service = (name: string, namespace: string, ip: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { clusterIP: ${ip}, selector: { app: ${name} }, ports: [{ port: 80, name: http }, { port: 8080, name: http-alt }] }
`;
const services = [
  service('known', 'default', '2.0.0.0'),
  service('alt-known', 'default', '2.0.0.1'),
  service('not-default', 'not-default', '2.0.0.2'),
].join('---');

interface Rule {
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly to: string;
  readonly port?: number;
  readonly portMatch?: number;
}

/** Older ones first. */
interface Case {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Hosts the client's namespace imports. */
  readonly egress?: readonly string[];
  readonly client?: string;
  readonly port?: number;
  /** Host -> the cluster of its route; undefined: nobody answers for it. */
  readonly routes: Readonly<Record<string, string | undefined>>;
  /** Where HTTPRoutes differ from VirtualServices; absent: they do not. `undefined` where HTTPRoutes cannot say it at all. */
  readonly httpRoutes?: Readonly<Record<string, string | undefined>>;
}

const fqdn = (name: string, namespace = 'default'): string => `${name}.${namespace}.svc.cluster.local`;
const known = fqdn('known');
const alt = fqdn('alt-known');
const to = (host: string, port = 80): string => `outbound|${port}||${host}`;

const cases: readonly Case[] = [
  {
    name: 'a rule for a known host on port 80',
    rules: [{ namespace: 'default', hosts: [known], to: alt }],
    routes: { [known]: to(alt), [alt]: to(alt) },
  },
  {
    name: 'a rule for a known host on port 8080',
    rules: [{ namespace: 'default', hosts: [known], to: alt }],
    port: 8080,
    routes: { [known]: to(alt, 8080) },
    httpRoutes: { [known]: to(alt, 80) },
  },
  {
    name: 'a rule for an unknown host counts on port 80',
    rules: [{ namespace: 'default', hosts: [fqdn('foo')], to: fqdn('foo') }],
    routes: { [fqdn('foo')]: to(fqdn('foo')) },
    httpRoutes: { [fqdn('foo')]: undefined },
  },
  {
    name: 'a rule for an unknown host does not count on port 8080',
    rules: [{ namespace: 'default', hosts: [fqdn('foo')], to: fqdn('foo') }],
    port: 8080,
    routes: { [fqdn('foo')]: undefined },
  },
  {
    name: 'a rule for an unknown host and port 8080 does not count there',
    rules: [{ namespace: 'default', hosts: [fqdn('foo')], to: fqdn('foo'), portMatch: 8080 }],
    port: 8080,
    routes: { [fqdn('foo')]: undefined },
  },
  {
    name: "a producer's rule counts for clients of other namespaces",
    rules: [{ namespace: 'default', hosts: [known], to: alt }],
    client: 'not-default',
    routes: { [known]: to(alt) },
  },
  {
    name: "a producer's rule on port 8080",
    rules: [{ namespace: 'default', hosts: [known], to: alt }],
    client: 'not-default',
    port: 8080,
    routes: { [known]: to(alt, 8080) },
    httpRoutes: { [known]: to(alt, 80) },
  },
  {
    name: "a consumer's rule counts for its own namespace",
    rules: [{ namespace: 'not-default', hosts: [known], to: alt }],
    client: 'not-default',
    routes: { [known]: to(alt) },
  },
  {
    name: "a consumer's rule on port 8080",
    rules: [{ namespace: 'not-default', hosts: [known], to: alt }],
    client: 'not-default',
    port: 8080,
    routes: { [known]: to(alt, 8080) },
    httpRoutes: { [known]: to(alt, 80) },
  },
  {
    name: "a stranger's VirtualService counts, a stranger's HTTPRoute does not",
    rules: [{ namespace: 'arbitrary', hosts: [known], to: alt }],
    client: 'not-default',
    routes: { [known]: to(alt) },
    httpRoutes: { [known]: to(known) },
  },
  {
    name: "a stranger's rule on port 8080",
    rules: [{ namespace: 'arbitrary', hosts: [known], to: alt }],
    client: 'not-default',
    port: 8080,
    routes: { [known]: to(alt, 8080) },
    httpRoutes: { [known]: to(known, 8080) },
  },
  {
    name: "of several VirtualServices the oldest wins, of HTTPRoutes the consumer's",
    rules: [
      { namespace: 'arbitrary', hosts: [known], to: 'arbitrary.example.com' },
      { namespace: 'default', hosts: [known], to: 'default.example.com' },
      { namespace: 'not-default', hosts: [known], to: 'not-default.example.com' },
    ],
    client: 'not-default',
    routes: { [known]: to('arbitrary.example.com') },
    httpRoutes: { [known]: to('not-default.example.com') },
  },
  {
    name: 'of several rules on port 8080',
    rules: [
      { namespace: 'arbitrary', hosts: [known], to: 'arbitrary.example.com' },
      { namespace: 'default', hosts: [known], to: 'default.example.com' },
      { namespace: 'not-default', hosts: [known], to: 'not-default.example.com' },
    ],
    client: 'not-default',
    port: 8080,
    routes: { [known]: to('arbitrary.example.com', 8080) },
    httpRoutes: { [known]: to('not-default.example.com') },
  },
  {
    name: 'a wildcard that covers no service stays one',
    rules: [{ namespace: 'default', hosts: ['*.unknown.example.com'], to: 'arbitrary.example.com' }],
    routes: { [known]: to(known), [alt]: to(alt), 'x.unknown.example.com': to('arbitrary.example.com') },
  },
  {
    name: 'a wildcard is for the services it covers',
    rules: [{ namespace: 'default', hosts: ['*.cluster.local'], to: 'arbitrary.example.com' }],
    egress: ['*/*.cluster.local'],
    routes: {
      [known]: to('arbitrary.example.com'),
      [alt]: to('arbitrary.example.com'),
      'nobody.cluster.local': undefined,
    },
  },
  {
    name: 'an exact host comes before an older wildcard',
    rules: [
      { namespace: 'default', hosts: ['*.cluster.local'], to: 'wild.example.com' },
      { namespace: 'default', hosts: [known], to: 'explicit.example.com' },
    ],
    routes: {
      [known]: to('explicit.example.com'),
      [alt]: to('wild.example.com'),
      'nobody.cluster.local': undefined,
    },
  },
  {
    name: 'an exact host comes before a younger wildcard',
    rules: [
      { namespace: 'default', hosts: [known], to: 'explicit.example.com' },
      { namespace: 'default', hosts: ['*.cluster.local'], to: 'wild.example.com' },
    ],
    routes: { [known]: to('explicit.example.com'), [alt]: to('wild.example.com') },
  },
  {
    name: 'a wildcard nobody imports is attached to services that are imported',
    rules: [
      { namespace: 'default', hosts: ['*.cluster.local'], to: 'wild.example.com' },
      { namespace: 'default', hosts: [known], to: 'explicit.example.com' },
    ],
    egress: [`default/${known}`, `default/${alt}`],
    routes: {
      [known]: to('explicit.example.com'),
      [alt]: to('wild.example.com'),
      'nobody.cluster.local': undefined,
    },
  },
  {
    name: 'a wildcard of a namespace that is not imported does not count',
    rules: [
      { namespace: 'not-default', hosts: ['*.cluster.local'], to: 'wild.example.com' },
      { namespace: 'default', hosts: [known], to: 'explicit.example.com' },
    ],
    egress: [`default/${known}`, `default/${alt}`],
    routes: { [known]: to('explicit.example.com'), [alt]: to(alt) },
  },
  {
    name: 'a wildcard of another namespace counts where everything is imported',
    rules: [
      { namespace: 'not-default', hosts: ['*.cluster.local'], to: 'wild.example.com' },
      { namespace: 'default', hosts: [known], to: 'explicit.example.com' },
    ],
    routes: { [known]: to('explicit.example.com'), [alt]: to('wild.example.com') },
  },
  {
    name: 'for hosts that are no services the longest wildcard is found by the proxy',
    rules: [
      { namespace: 'default', hosts: ['*.tld'], to: 'wild.example.com' },
      { namespace: 'default', hosts: ['example.tld'], to: 'explicit.example.com' },
    ],
    routes: { [known]: to(known), 'other.tld': to('wild.example.com'), 'example.tld': to('explicit.example.com') },
  },
  {
    name: 'an exact host under a wildcard import',
    rules: [{ namespace: 'default', hosts: ['arbitrary.svc.cluster.local'], to: 'arbitrary.svc.cluster.local' }],
    egress: ['*/*.cluster.local'],
    routes: { 'arbitrary.svc.cluster.local': to('arbitrary.svc.cluster.local') },
  },
  {
    name: 'a wildcard under an exact import',
    rules: [{ namespace: 'default', hosts: ['*.cluster.local'], to: 'arbitrary.example.com' }],
    egress: [`*/${known}`],
    routes: { [known]: to('arbitrary.example.com'), 'nobody.cluster.local': undefined },
  },
  {
    name: 'a wildcard for no service under an exact import',
    rules: [{ namespace: 'default', hosts: ['*.example.org'], to: 'arbitrary.example.com' }],
    egress: ['*/explicit.example.org', `*/${alt}`],
    routes: { [known]: undefined, [alt]: to(alt), 'x.example.org': to('arbitrary.example.com') },
  },
  {
    name: 'what is not imported makes no route',
    rules: [
      { namespace: 'not-default', hosts: ['*.default.svc.cluster.local'], to: 'arbitrary.example.com' },
      { namespace: 'default', hosts: [fqdn('explicit')], to: fqdn('explicit') },
    ],
    egress: ['not-default/*.default.svc.cluster.local', `not-default/${fqdn('not-default', 'not-default')}`],
    client: 'not-default',
    routes: {
      [fqdn('any')]: to('arbitrary.example.com'),
      [fqdn('explicit')]: to('arbitrary.example.com'),
      [fqdn('not-default', 'not-default')]: to(fqdn('not-default', 'not-default')),
    },
  },
  {
    name: 'in one namespace the older rule wins',
    rules: [
      { namespace: 'default', hosts: [known], to: 'old.example.com' },
      { namespace: 'default', hosts: [known], to: 'new.example.com' },
    ],
    routes: { [known]: to('old.example.com') },
  },
  {
    name: "of a producer's and a consumer's rule",
    rules: [
      { namespace: 'not-default', hosts: [known], to: 'producer.example.com' },
      { namespace: 'default', hosts: [known], to: 'consumer.example.com' },
    ],
    routes: { [known]: to('producer.example.com') },
    httpRoutes: { [known]: to('consumer.example.com') },
  },
  {
    name: 'of a rule with several hosts one imported is enough for a VirtualService',
    rules: [{ namespace: 'default', hosts: [known, alt], to: 'example.com' }],
    egress: [`*/${known}`],
    routes: { [known]: to('example.com'), [alt]: to('example.com') },
    httpRoutes: { [known]: to('example.com'), [alt]: undefined },
  },
];

function virtualService({ namespace, hosts, to: host, port, portMatch }: Rule, index: number): string {
  const destination = { host, ...(port === undefined ? {} : { port: { number: port } }) };
  const match = portMatch === undefined ? {} : { match: [{ port: portMatch }] };
  const spec = { hosts, http: [{ ...match, route: [{ destination }] }] };
  return JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: `rule-${index}`, namespace },
    spec,
  });
}

function httpRoute({ namespace, hosts, to: name, port = 80, portMatch }: Rule, index: number): string {
  const parentRefs = hosts.map((host) => {
    const [service, home] = host.split('.');
    const level = portMatch === undefined ? {} : { port: portMatch };
    return { group: '', kind: 'Service', name: service, namespace: home, ...level };
  });
  const backendRefs = [{ kind: 'Hostname', group: 'networking.istio.io', name, port }];
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: `rule-${index}`, namespace },
    spec: { parentRefs, rules: [{ backendRefs }] },
  });
}

function sidecar(egress: readonly string[], namespace: string): string {
  const spec = { egress: [{ hosts: egress }] };
  return JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: 'own', namespace },
    spec,
  });
}

describe.each([
  ['VirtualServices', virtualService],
  ['HTTPRoutes', httpRoute],
] as const)('%s', (kind, write) => {
  const isSaid = ({ rules }: Case): boolean =>
    kind === 'VirtualServices' || rules.every(({ hosts }) => hosts.every((host) => /^[^*.]+(\.[^.]+){4}$/.test(host)));
  test.each(cases.filter(isSaid))('$name', ({ rules, egress, client = 'default', port = 80, routes, httpRoutes }) => {
    const texts = [services, ...rules.map(write), ...(egress === undefined ? [] : [sidecar(egress, client)])];
    const configuration = configurationOf(texts.join('\n---\n'), { namespace: client });
    const expected = kind === 'HTTPRoutes' ? (httpRoutes ?? routes) : routes;
    for (const [host, cluster] of Object.entries(expected)) {
      const found = outcome(configuration, { port, host });
      const [got, virtualHost] = found.split(' ');
      expect([host, virtualHost === 'allow_any' ? undefined : got]).toEqual([host, cluster]);
    }
  });
});

test('an import of nothing but an unknown host has no port 80 at all', () => {
  const rule = virtualService({ namespace: 'default', hosts: [fqdn('foo')], to: 'example.com' }, 0);
  const text = [services, rule, sidecar([`*/${fqdn('foo')}`], 'default')].join('\n---\n');
  expect(outcome(configurationOf(text), { port: 80, host: fqdn('foo') })).toBe('PassthroughCluster');
});

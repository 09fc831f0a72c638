// Outbound listeners that services share, Sidecar egress listeners, TLS and TCP routes of VirtualServices.
// Cases after istio/istio:pilot/pkg/networking/core/{listener_test.go,tls_test.go,networkfilter_test.go}.
import { describe, expect, test } from 'vitest';
import type { Call } from './scene.ts';
import { ask, configurationOf, outcome } from './scene.ts';

const entry = (name: string, protocol: string, more: object = {}): string =>
  JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name, namespace: 'default' },
    spec: {
      hosts: [`${name}.example`],
      resolution: 'DNS',
      ports: [{ number: 8080, name: 'port', ...(protocol === '' ? {} : { protocol }) }],
      ...more,
    },
  });
const virtualService = (spec: object, name = 'vs'): string =>
  JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'default' },
    spec,
  });
const sidecar = (spec: object): string =>
  JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: 'own', namespace: 'default' },
    spec,
  });
const to = (name: string, port = 8080): string => `outbound|${port}||${name}.example`;

describe('services of one port without addresses', () => {
  const http: Call = { port: 8080, protocol: 'http', host: 'a.example' };
  const bytes: Call = { port: 8080, protocol: 'tcp' };
  const tls: Call = { port: 8080, protocol: 'tcp', tls: 'tls', sni: 'b.example' };
  test.each([
    ['HTTP, then TCP', ['HTTP', 'TCP'], [to('a'), to('b'), to('b')]],
    ['TCP, then HTTP', ['TCP', 'HTTP'], ['PassthroughCluster', to('a'), to('a')]],
    ['HTTP, then TLS', ['HTTP', 'TLS'], [to('a'), 'PassthroughCluster', to('b')]],
    ['two of TCP: the older has it', ['TCP', 'TCP'], [to('a'), to('a'), to('a')]],
    ['two of TLS by name', ['TLS', 'TLS'], ['PassthroughCluster', 'PassthroughCluster', to('b')]],
    ['guessed over HTTP', ['HTTP', ''], [to('a'), to('b'), to('b')]],
    ['guessed, then TCP', ['', 'TCP'], [to('a'), to('a'), to('a')]],
    ['servers that speak first share with nothing', ['Mongo', 'HTTP'], [to('a'), to('a'), to('a')]],
  ] as const)('%s', (_, [first, second], expected) => {
    const configuration = configurationOf([entry('a', first), entry('b', second)].join('\n---\n'));
    expect([http, bytes, tls].map((call) => ask(configuration, call).cluster)).toEqual(expected);
  });

  test('HTTP over TCP is told apart by its first bytes', () => {
    const configuration = configurationOf([entry('a', 'TCP'), entry('b', 'HTTP')].join('\n---\n'));
    expect(outcome(configuration, { ...http, host: 'b.example' })).toBe(`${to('b')} b.example:8080`);
    expect(outcome(configuration, bytes)).toBe(to('a'));
  });
});

describe('TLS routes', () => {
  const texts = [entry('a', 'TLS', { addresses: ['10.0.0.1'] }), entry('b', 'TLS', { addresses: ['10.0.0.2'] })];
  const route = (name: string): object => ({ route: [{ destination: { host: name } }] });
  const seen = (spec: object, call: Partial<Call>, labels = {}): string =>
    outcome(
      configurationOf([...texts, virtualService({ hosts: ['a.example'], ...spec })].join('\n---\n'), { labels }),
      {
        port: 8080,
        address: '10.0.0.1',
        protocol: 'tcp',
        tls: 'tls',
        sni: 'a.example',
        ...call,
      },
    );
  test('send by name, and other names past', () => {
    const spec = { tls: [{ match: [{ sniHosts: ['a.example'] }], ...route('b.example') }] };
    expect(seen(spec, {})).toBe(to('b'));
    expect(seen(spec, { sni: 'other.example' })).toBe('PassthroughCluster');
  });
  test('that are not for the proxy leave the service as it is', () => {
    const spec = {
      tls: [{ match: [{ sniHosts: ['a.example'], sourceLabels: { app: 'web' } }], ...route('b.example') }],
    };
    expect(seen(spec, {}, { app: 'web' })).toBe(to('b'));
    expect(seen(spec, {}, { app: 'job' })).toBe(to('a'));
    expect(seen({ tls: [{ match: [{ sniHosts: ['a.example'], port: 9 }], ...route('b.example') }] }, {})).toBe(to('a'));
  });
  test('of two alike the first counts', () => {
    const match = [{ sniHosts: ['a.example'] }];
    expect(
      seen(
        {
          tls: [
            { match, ...route('b.example') },
            { match, ...route('a.example') },
          ],
        },
        {},
      ),
    ).toBe(to('b'));
  });
});

describe('TCP routes', () => {
  const texts = [entry('a', 'TCP', { addresses: ['10.0.0.1'] }), entry('b', 'TCP', { addresses: ['10.0.0.2'] })];
  const seen = (tcp: readonly object[], address = '10.0.0.1'): ReturnType<typeof ask> =>
    ask(configurationOf([...texts, virtualService({ hosts: ['a.example'], tcp })].join('\n---\n')), {
      port: 8080,
      address,
      protocol: 'tcp',
    });
  test('take a service’s connections', () => {
    expect(seen([{ route: [{ destination: { host: 'b.example', subset: 'v1', port: { number: 9 } } }] }]).cluster).toBe(
      'outbound|9|v1|b.example',
    );
    expect(seen([{ match: [{ port: 1 }], route: [{ destination: { host: 'b.example' } }] }]).cluster).toBe(to('a'));
    expect(seen([{ route: [{ destination: { host: 'b.example' } }] }], '10.0.0.2').cluster).toBe(to('b'));
  });
  test('split by weight', () => {
    const all = configurationOf(
      [
        ...texts,
        virtualService({
          hosts: ['a.example'],
          tcp: [
            {
              route: [
                { destination: { host: 'a.example' }, weight: 30 },
                { destination: { host: 'b.example' }, weight: 70 },
                { destination: { host: 'c.example' }, weight: 0 },
              ],
            },
          ],
        }),
      ].join('\n---\n'),
    );
    const [chain] = all.parts[0]?.listeners.find(({ name }) => name === '10.0.0.1_8080')?.filterChains ?? [];
    expect(chain?.terminal).toMatchObject({
      clusters: [
        { cluster: to('a'), weight: 30 },
        { cluster: to('b'), weight: 70 },
      ],
    });
  });
});

describe('a Sidecar', () => {
  const texts = [
    entry('a', 'HTTP'),
    entry('b', 'HTTP'),
    entry('c', 'TCP', { addresses: ['10.0.0.3'], ports: [{ number: 9000, name: 'tcp', protocol: 'TCP' }] }),
  ];
  const seen = (spec: object, call: Call, options = {}): string =>
    outcome(configurationOf([...texts, sidecar(spec)].join('\n---\n'), options), call);

  test('with a port of its own has only the services it names there', () => {
    const egress = [
      { port: { number: 8080, protocol: 'HTTP', name: 'http' }, hosts: ['*/a.example'] },
      { hosts: ['*/*'] },
    ];
    expect(seen({ egress }, { port: 8080, host: 'a.example' })).toBe(`${to('a')} a.example:8080`);
    expect(seen({ egress }, { port: 8080, host: 'b.example' })).toBe('PassthroughCluster allow_any');
    expect(seen({ egress }, { port: 9000, address: '10.0.0.3', protocol: 'tcp' })).toBe(to('c', 9000));
  });
  test('may send one port of bytes to a service’s only port', () => {
    const egress = [
      { port: { number: 7000, protocol: 'TCP', name: 'tcp' }, bind: '127.0.0.1', hosts: ['*/c.example'] },
    ];
    // The service has no such port, and is not imported.
    expect(seen({ egress }, { port: 7000, address: '127.0.0.1', protocol: 'tcp' })).toBe('PassthroughCluster');
  });
  test('that captures nothing has a socket of its own', () => {
    const egress = [
      { port: { number: 9000, protocol: 'TCP', name: 'tcp' }, captureMode: 'NONE', hosts: ['*/c.example'] },
    ];
    const configuration = configurationOf([...texts, sidecar({ egress })].join('\n---\n'));
    const listener = configuration.parts[0]?.listeners.find(({ name }) => name === '127.0.0.1_9000');
    expect(listener?.bind).toEqual({ kind: 'socket', address: '127.0.0.1', port: 9000, originalDestination: false });
  });
  test('says what becomes of unknown hosts', () => {
    const egress = [{ hosts: ['*/*'] }];
    const call: Call = { port: 8080, host: 'nobody' };
    expect(seen({ egress, outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }, call)).toBe('block_all');
    expect(seen({ egress }, call)).toBe('PassthroughCluster allow_any');
    const egressProxy = { host: 'egress.istio-system.svc.cluster.local', port: { number: 80 } };
    expect(seen({ egress, outboundTrafficPolicy: { mode: 'ALLOW_ANY', egressProxy } }, call)).toBe(
      'outbound|80||egress.istio-system.svc.cluster.local allow_any',
    );
  });
  test('that excludes a host has the others', () => {
    const egress = [{ hosts: ['*/*', '~*/b.example'] }];
    expect(seen({ egress }, { port: 8080, host: 'a.example' })).toBe(`${to('a')} a.example:8080`);
    expect(seen({ egress }, { port: 8080, host: 'b.example' })).toBe('PassthroughCluster allow_any');
  });
  test('of the workload comes before one of the namespace, and that before the root’s', () => {
    const spec = (mode: string, labels?: object): object => ({
      egress: [{ hosts: ['*/*'] }],
      outboundTrafficPolicy: { mode },
      ...(labels === undefined ? {} : { workloadSelector: { labels } }),
    });
    const of = (name: string, namespace: string, what: object): string =>
      JSON.stringify({
        apiVersion: 'networking.istio.io/v1',
        kind: 'Sidecar',
        metadata: { name, namespace },
        spec: what,
      });
    const all = [
      ...texts,
      of('mesh', 'istio-system', spec('REGISTRY_ONLY')),
      of('namespace', 'default', spec('ALLOW_ANY')),
      of('workload', 'default', spec('REGISTRY_ONLY', { app: 'web' })),
    ].join('\n---\n');
    const call: Call = { port: 8080, host: 'nobody' };
    expect(outcome(configurationOf(all, { labels: { app: 'web' } }), call)).toBe('block_all');
    expect(outcome(configurationOf(all, { labels: { app: 'job' } }), call)).toBe('PassthroughCluster allow_any');
    expect(outcome(configurationOf(all, { namespace: 'other' }), call)).toBe('block_all');
  });
});

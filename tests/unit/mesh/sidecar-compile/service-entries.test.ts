// ServiceEntries with addresses: blocks, blocks in blocks, and names in the ClientHello beside them.
// Cases as in istio/istio:pilot/pkg/networking/core/serviceentry_simulation_test.go TestServiceEntry.
import { describe, expect, test } from 'vitest';
import { ask, configurationOf } from './scene.ts';

const entry = (index: number, addresses: readonly string[], protocol = 'TCP'): string =>
  JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: `se${index}`, namespace: 'default' },
    spec: { hosts: [`blah${index}.somedomain`], addresses, ports: [{ number: 9999, name: 'port-9999', protocol }] },
  });
const byName = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: vs1, namespace: default }
spec:
  hosts: [blah1.somedomain]
  tls:
  - match: [{ port: 9999, sniHosts: [blah1.somedomain] }]
    route: [{ destination: { host: blah1.somedomain, port: { number: 9999 } } }]
`;
const wide = '1234:1f1:123:123:f816:3eff:feb8:2287/16';
const narrow = '1234:1f1:123:123:f816:3eff:febf:57ce/32';
const inBoth = '1234:1f1:123:123:f816:3eff:febf:57ce';
const first = 'outbound|9999||blah1.somedomain';
const second = 'outbound|9999||blah2.somedomain';

test('of two that name one block the older counts', () => {
  const text = [entry(1, [wide.replace('/16', '/32')]), entry(2, [narrow])].join('\n---\n');
  expect(ask(configurationOf(text), { port: 9999, address: '1234:1f1:1:1:1:1:1:1', protocol: 'tcp' })).toMatchObject({
    listener: '0.0.0.0_9999',
    cluster: first,
  });
});

describe('a block in a block', () => {
  const configuration = configurationOf([entry(1, [wide]), entry(2, [narrow])].join('\n---\n'));
  test.each([
    [inBoth, second],
    ['1234::1', first],
  ] as const)('%s is of the narrower that has it: %s', (address, cluster) => {
    expect(ask(configuration, { port: 9999, address, protocol: 'tcp' }).cluster).toBe(cluster);
  });
});

describe('a block in a block, one with a name', () => {
  const configuration = configurationOf([entry(1, [wide], 'TLS'), entry(2, [narrow], 'TLS'), byName].join('\n---\n'));
  test.each([
    [inBoth, 'tls', 'blah2.somedomain', second],
    ['1234::1', 'tls', 'blah1.somedomain', first],
    // The block decides first; a name that does not fit there is looked for nowhere else.
    [inBoth, 'tls', 'blah1.somedomain', 'PassthroughCluster'],
    ['1234::1', 'tls', 'blah2.somedomain', 'PassthroughCluster'],
  ] as const)('%s by %s to %s: %s', (address, tls, sni, cluster) => {
    expect(ask(configuration, { port: 9999, address, protocol: 'tcp', tls, sni })).toMatchObject({
      listener: '0.0.0.0_9999',
      cluster,
    });
  });
});

describe('two that share one of their addresses', () => {
  const configuration = configurationOf([entry(1, ['1.1.1.2']), entry(2, ['2.2.2.2', '1.1.1.2'])].join('\n---\n'));
  test.each([
    ['2.2.2.2', second],
    ['1.1.1.2', first],
  ] as const)('%s is of the older: %s', (address, cluster) => {
    expect(ask(configuration, { port: 9999, address, protocol: 'tcp' })).toMatchObject({
      listener: `${address}_9999`,
      cluster,
    });
  });
});

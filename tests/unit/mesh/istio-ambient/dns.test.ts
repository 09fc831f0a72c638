// What a ztunnel's name server answers. Situations follow istio/ztunnel:src/dns/server.rs at 1.31.
import { expect, test } from 'vitest';
import type { AmbientConfiguration } from '../../../../src/mesh/istio-ambient/configuration.ts';
import { answerDns } from '../../../../src/mesh/istio-ambient/dns-decision.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import { endpoint, pod, service } from './records.ts';

const near = (...ips: readonly string[]) => ({ vips: ips.map((ip) => ({ network: 'near', ip })) });
const here = { network: 'near' };
const configuration: AmbientConfiguration = {
  workloads: [
    pod('web', ['10.0.0.1'], here),
    pod('db-0', ['10.0.0.5', 'fd00::5'], here),
    pod('db-1', ['10.0.0.6', 'fd00::6'], here),
    pod('db-2', ['10.0.0.7'], here),
  ],
  services: [
    service('orders.shop.svc.cluster.local', [], [], near('10.96.0.1')),
    service('bills.bank.svc.cluster.local', [], [], { namespace: 'bank', ...near('10.96.0.2', 'fd00::96') }),
    service('secret.bank.svc.cluster.local', [], [], {
      namespace: 'bank',
      visibility: 'NAMESPACE',
      ...near('10.96.0.3'),
    }),
    service('own.shop.svc.cluster.local', [], [], { visibility: 'NAMESPACE', ...near('10.96.0.4') }),
    service('both.shop.svc.cluster.local', [], [], {
      vips: [
        { network: 'near', ip: '10.96.0.5' },
        { network: 'far', ip: '10.97.0.5' },
      ],
    }),
    service('away.shop.svc.cluster.local', [], [], { vips: [{ network: 'far', ip: '10.97.0.6' }] }),
    service('db.shop.svc.cluster.local', [], [], {
      endpoints: [endpoint('db-0'), endpoint('db-1'), endpoint('db-2', [], false)],
    }),
    service('db6.shop.svc.cluster.local', [], ['db-0'], { ipFamilies: 'IPV6_ONLY' }),
    service('empty.example.com', [], ['db-0']),
    service('api.example.com', [], [], { namespace: 'first', ...near('10.96.1.1') }),
    service('api.example.com', [], [], { namespace: 'wanted', ...near('10.96.1.2') }),
    service('shared.example.com', [], [], { namespace: 'bank', ...near('10.96.1.3') }),
    service('shared.example.com', [], [], { namespace: 'shop', ...near('10.96.1.4') }),
    service('main.example.com', [], [], { namespace: 'wanted', ...near('10.96.1.5') }),
    service('main.example.com', [], [], { namespace: 'x', isCanonical: true, ...near('10.96.1.6') }),
    service('*.wild', [], [], near('10.96.2.1')),
    service('*.b.wild', [], [], near('10.96.2.2')),
  ],
  policies: [],
};

test.each([
  ['orders.shop.svc.cluster.local.', 'A', 'A 10.96.0.1'],
  ['ORDERS.shop', 'A', 'A 10.96.0.1'],
  ['orders', 'A', 'A 10.96.0.1'],
  ['orders.shop.svc', 'A', 'A 10.96.0.1'],
  ['bills', 'A', 'forward'],
  ['bills.bank', 'A', 'A 10.96.0.2'],
  ['bills.bank', 'AAAA', 'AAAA fd00::96'],
  ['orders.shop', 'AAAA', 'nothing'],
  ['orders.shop.svc.cluster.local', 'NS', 'forward'],
  ['orders.shop.svc.cluster.local', 'SRV', 'forward'],
  // a search domain was put behind the name: an alias leads to what was meant
  ['orders.shop.shop.svc.cluster.local', 'A', 'CNAME orders.shop, orders.shop A 10.96.0.1'],
  ['orders.shop.svc.svc.cluster.local', 'A', 'CNAME orders.shop.svc, orders.shop.svc A 10.96.0.1'],
  ['api.example.com.cluster.local', 'A', 'CNAME api.example.com, api.example.com A 10.96.1.2'],
  ['anything.wild.shop.svc.cluster.local', 'A', 'A 10.96.2.1'],
  ['secret.bank', 'A', 'forward'],
  ['own.shop', 'A', 'A 10.96.0.4'],
  ['both.shop', 'A', 'A 10.96.0.5'],
  ['away.shop', 'A', 'nothing'],
  ['db.shop', 'A', 'A 10.0.0.5, A 10.0.0.6'],
  ['db.shop', 'AAAA', 'AAAA fd00::5, AAAA fd00::6'],
  ['db6.shop', 'A', 'nothing'],
  ['db6.shop', 'AAAA', 'AAAA fd00::5'],
  ['db-0.db.shop.svc.cluster.local', 'A', 'forward'],
  ['empty.example.com', 'A', 'forward'],
  ['api.example.com', 'A', 'A 10.96.1.2'],
  ['shared.example.com', 'A', 'A 10.96.1.4'],
  ['main.example.com', 'A', 'A 10.96.1.6'],
  ['a.wild', 'A', 'A 10.96.2.1'],
  ['a.b.wild', 'A', 'A 10.96.2.2'],
  ['wild', 'A', 'forward'],
  ['nobody.example.com', 'A', 'forward'],
])('%s, type %s: %s', (name, type, expected) => {
  const query = { client: 'shop/web', name, type };
  const settings = { domain: 'cluster.local', preferredNamespace: 'wanted' };
  const trail = new Trail();
  const decision = answerDns(configuration, query, settings, trail);
  const asked = name.toLowerCase().replace(/\.$/, '');
  const shown =
    decision.kind === 'forward'
      ? 'forward'
      : decision.records
          .map((record) => `${record.name === asked ? '' : `${record.name} `}${record.type} ${record.value}`)
          .join(', ') || 'nothing';
  expect(shown).toBe(expected);
  expect(answerDns(configuration, query, settings)).toEqual(decision);
  expect(trail.because.length).toBeGreaterThan(0);
});

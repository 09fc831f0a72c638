import { expect, test } from 'vitest';
import type { Cluster, Endpoint } from '../../../../src/mesh/envoy/index.ts';
import { noLimits, plainCluster } from '../../../../src/mesh/envoy/index.ts';
import { endpointsGone } from '../../../../src/mesh/envoy/endpoints-gone.ts';

const endpoint = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({
  address,
  port: 8080,
  pod: '',
  isHealthy: true,
  transport: 'mutual',
  identity: '',
  weight: 1,
  priority: 0,
  locality: '',
  ...more,
});
const a = endpoint('10.0.0.1');
const b = endpoint('10.0.0.2');
const cluster = (more: Partial<Cluster>): Cluster => ({ ...plainCluster, name: 'c', endpoints: [a, b], ...more });
const configuration = (...clusters: readonly Cluster[]) => ({ parts: [{ listeners: [], routes: [], clusters }] });

test.each([
  { change: 'an endpoint that left', after: cluster({ endpoints: [b] }), gone: ['10.0.0.1'] },
  {
    change: 'nothing for an endpoint that is not ready',
    after: cluster({ endpoints: [{ ...a, isHealthy: false }, b] }),
    gone: [],
  },
  { change: 'nothing for one that came', after: cluster({ endpoints: [a, b, endpoint('10.0.0.3')] }), gone: [] },
  {
    change: 'nothing for a rule that moved in its file',
    after: cluster({ origin: { ...plainCluster.origin } }),
    gone: [],
  },
  {
    change: 'all of a cluster with other limits',
    after: cluster({ limits: { ...noLimits, maxConnections: 1 } }),
    gone: ['10.0.0.1', '10.0.0.2'],
  },
  { change: 'all of a cluster that left', after: cluster({ name: 'other' }), gone: ['10.0.0.1', '10.0.0.2'] },
])('a new configuration takes away $change', ({ after, gone }) => {
  expect(endpointsGone(configuration(cluster({})), configuration(after)).map((item) => item.endpoint.address)).toEqual(
    gone,
  );
});

// What an istiod of a version does by default, told by its pod; and what it tells proxies of another.
import { describe, expect, test } from 'vitest';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { HttpConnectionManager } from '../../../../src/mesh/envoy/index.ts';
import { compileSidecarProxy } from '../../../../src/mesh/istio-sidecar/index.ts';
import { servedBy } from '../../../../src/mesh/istiod/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import type { RetryPolicy, Route } from '../../../../src/mesh/routing/index.ts';
import { plainMetadata } from '../../../../src/mesh/xds/index.ts';
import type { PodResource } from '../../../../src/manifests/index.ts';
import { stored, storedOf } from '../stored.ts';

function istiod(version: string, variables: Readonly<Record<string, string>> = {}): PodResource | undefined {
  const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const container = { name: 'discovery', image: `docker.io/istio/pilot:${version}`, env };
  const metadata = { name: 'istiod', namespace: 'istio-system', labels: { 'istio.io/rev': 'x' } };
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } });
  return storedOf('Pod', text)[0]?.resource;
}

const env = (version: string, variables?: Readonly<Record<string, string>>): readonly unknown[] => {
  const { istiod: read } = servedBy(istiod(version, variables), defaultMeshConfiguration).mesh;
  return [read.EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY, read.ENABLE_INBOUND_RETRY_POLICY, read.ENABLE_NATIVE_SIDECARS];
};

describe('istiod by default', () => {
  test.each([
    ['1.22.8', [false, false, 'disabled']],
    ['1.23.6', [false, false, 'disabled']],
    ['1.24.0', [true, true, 'disabled']],
    ['1.26.8', [true, true, 'disabled']],
    ['1.27.0', [true, true, 'auto']],
    ['v1.31.1-distroless', [true, true, 'auto']],
    ['latest', [true, true, 'auto']],
  ] as const)('%s', (version, expected) => {
    expect(env(version)).toEqual(expected);
  });

  const old = { EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY: 'false', ENABLE_INBOUND_RETRY_POLICY: 'false' };
  const inbound = { ENABLE_INBOUND_RETRY_POLICY: 'true' };
  test.each([
    ['keeps the defaults of 1.23, as its compatibility profile has it', '1.24.6', old, [false, false, 'disabled']],
    ['no more, once the variables are gone', '1.27.0', old, [true, true, 'auto']],
    ['tries what the next version does by default', '1.23.6', inbound, [false, true, 'disabled']],
    ['does not know a variable of a later version', '1.22.8', inbound, [false, false, 'disabled']],
    ['knows native sidecars, and not by itself', '1.24.0', { ENABLE_NATIVE_SIDECARS: 'true' }, [true, true, 'enabled']],
    ['reads no third value before 1.27', '1.24.0', { ENABLE_NATIVE_SIDECARS: 'auto' }, [true, true, 'disabled']],
  ] as const)('%s: %s', (_, version, variables, expected) => {
    expect(env(version, variables)).toEqual(expected);
  });
});

const orders = `apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {clusterIP: 10.0.0.1, selector: {app: orders}, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: orders, namespace: shop, labels: {app: orders}}
spec: {containers: [{name: orders, image: orders}]}
status: {podIP: 10.1.0.1}
`;
const rule = (retries: object): string =>
  `---\n${JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { hosts: ['orders'], http: [{ route: [{ destination: { host: 'orders' } }], retries }] },
  })}`;

/** Retries of the route to orders, and of the way in to it, as an istiod of a version tells a proxy of another. */
function told(istio: string, proxy: string, text = orders, policy?: object): readonly [RetryPolicy, RetryPolicy] {
  const { mesh } = servedBy(istiod(istio), defaultMeshConfiguration);
  const meshConfig = { ...mesh.meshConfig, defaultHttpRetryPolicy: policy as undefined };
  const registry = buildRegistry({ values: () => stored(text) }, { ...mesh, meshConfig }, 0);
  const { parts } = compileSidecarProxy(registry, {
    namespace: 'shop',
    labels: { app: 'orders' },
    address: '10.1.0.1',
    metadata: { ...plainMetadata, istioVersion: proxy },
  });
  const outbound = parts
    .flatMap(({ routes }) => routes)
    .flatMap(({ virtualHosts }) => virtualHosts.filter(({ name }) => name.startsWith('orders')))
    .flatMap(({ routes }) => routes);
  const inbound = parts
    .flatMap(({ listeners }) => listeners.filter(({ name }) => name === 'virtualInbound'))
    .flatMap(({ filterChains }) => filterChains.filter(({ name }) => name.endsWith('_8080')))
    .map(({ terminal }) => terminal as HttpConnectionManager)
    .flatMap(({ routes }) => (routes.kind === 'inline' ? routes.routes.virtualHosts : []))
    .flatMap(({ routes }) => routes);
  return [retryOf(outbound), retryOf(inbound)];
}

function retryOf([route]: readonly Route[]): RetryPolicy {
  if (route?.action.kind !== 'forward') throw new Error('no route that forwards');
  return route.action.retry;
}

describe('an istiod tells proxies to try again', () => {
  test.each([
    ['1.23.6', '1.23.6', [503], 0],
    ['1.24.0', '1.23.6', [], 0],
    ['1.24.0', '1.24.0', [], 2],
    ['1.31.0', '1.30.0', [], 2],
  ] as const)('%s a proxy %s: on statuses %j, towards the application %i times', (istio, proxy, statuses, inbound) => {
    const [out, into] = told(istio, proxy);
    expect(out).toMatchObject({ attempts: 2, statuses });
    expect(into.attempts).toBe(inbound);
  });

  test.each([
    ['more attempts for the same reasons', rule({ attempts: 5 }), undefined, { attempts: 5, statuses: [503] }],
    ['for reasons of its own', rule({ attempts: 5, retryOn: 'reset' }), undefined, { on: ['reset'], statuses: [] }],
    ['as the mesh says', '', { attempts: 7 }, { attempts: 7, statuses: [503] }],
    ['as its own rule says, whatever the mesh says', rule({ attempts: 1 }), { attempts: 7 }, { attempts: 1 }],
  ] as const)('1.23: %s', (_, text, policy, expected) => {
    expect(told('1.23.6', '1.23.6', orders + text, policy)[0]).toMatchObject(expected);
  });
});

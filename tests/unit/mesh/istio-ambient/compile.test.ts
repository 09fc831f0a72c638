// What a Service says of its endpoints, as ztunnels are told. Source: istio/istio:pilot/pkg/serviceregistry/ambient/services.go at 1.31.
import { expect, test } from 'vitest';
import { ambientCompiler } from '../../../../src/mesh/istio-ambient/compile.ts';
import type { AmbientConfiguration } from '../../../../src/mesh/istio-ambient/configuration.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import { stored } from '../stored.ts';

function said(spec: string, annotations = '{}', ofNamespace = '{}'): unknown {
  const objects = stored(`apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: ${ofNamespace} }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, annotations: ${annotations} }
spec: { ports: [{ port: 80 }], ${spec} }
`);
  const registry = buildRegistry({ values: () => objects }, defaultMeshConfiguration, 1);
  const { services } = ambientCompiler.compile(registry, undefined as never) as AmbientConfiguration;
  const [web] = services;
  return `${web?.loadBalancing.mode ?? ''} ${web?.loadBalancing.scopes.join() ?? ''} ${String(web?.allowsUnhealthy)}`;
}

const close = '{ networking.istio.io/traffic-distribution: PreferClose }';

test.each([
  ['nothing', '', '{}', '{}', 'UNSPECIFIED_MODE  false'],
  ['internalTrafficPolicy', 'internalTrafficPolicy: Local', close, '{}', 'STRICT NODE false'],
  [
    'trafficDistribution',
    'trafficDistribution: PreferSameNode',
    close,
    '{}',
    'FAILOVER NETWORK,REGION,ZONE,SUBZONE,NODE false',
  ],
  ['its annotation', '', close, '{}', 'FAILOVER NETWORK,REGION,ZONE false'],
  ['its namespace’s annotation', '', '{}', close, 'FAILOVER NETWORK,REGION,ZONE false'],
  ['publishNotReadyAddresses', 'publishNotReadyAddresses: true', '{}', '{}', 'UNSPECIFIED_MODE  true'],
])('a Service with %s', (_, spec, annotations, ofNamespace, expected) => {
  expect(said(spec, annotations, ofNamespace)).toBe(expected);
});

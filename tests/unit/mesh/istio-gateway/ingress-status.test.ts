// Where an Ingress is reached, as istiod writes it into its status.
// Upstream asks the same: istio/istio:pilot/pkg/config/kube/ingress/status_test.go at 1.31.
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../../src/kube/index.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { MeshConfig } from '../../../../src/mesh/config/index.ts';
import { ingressStatuses } from '../../../../src/mesh/push/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import { documents, namespace, play } from '../istio-sidecar/scene.ts';
import { stored } from '../stored.ts';

const ingress = (spec: object): string =>
  documents({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: 'shop' },
    spec,
  });
const own = ingress({ ingressClassName: 'istio', rules: [{ host: 'shop.example' }] });
const istioClass = documents({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'istio' },
  spec: { controller: 'istio.io/ingress-controller' },
});
const front = (spec: object, name = 'istio-ingressgateway', within = 'istio-system'): string =>
  documents({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: within },
    spec: { clusterIP: '10.96.7.8', ports: [{ port: 80 }], ...spec },
  });
const balanced = { type: 'LoadBalancer' };
const given = [{ ip: '198.18.7.8' }];

/** The addresses written; undefined: nothing is. */
function written(texts: readonly string[], meshConfig: Partial<MeshConfig> = {}): unknown {
  const base = defaultMeshConfiguration;
  const mesh = { ...base, meshConfig: { ...base.meshConfig, ...meshConfig } };
  const objects = stored([istioClass, ...texts].join('\n---\n'));
  const [found] = ingressStatuses(buildRegistry({ values: () => objects }, mesh, 0));
  return found && (found.value.status.loadBalancer as { readonly ingress?: unknown }).ingress;
}

describe('an Ingress is given', () => {
  test.each([
    ['the load balancer’s address of the gateway’s Service', [own, front(balanced)], {}, given],
    [
      'external addresses too',
      [own, front({ ...balanced, externalIPs: ['1.2.3.4'] })],
      {},
      [{ ip: '1.2.3.4' }, ...given],
    ],
    [
      'the name that such a Service stands for',
      [own, front({ type: 'ExternalName', externalName: 'edge.example', clusterIP: '' })],
      {},
      [{ hostname: 'edge.example' }],
    ],
    ['nothing by a Service without a load balancer', [own, front({})], {}, undefined],
    [
      'nothing where the Service stands elsewhere',
      [own, front(balanced, 'istio-ingressgateway', 'shop')],
      {},
      undefined,
    ],
    [
      'the address of the Service that MeshConfig names',
      [own, front(balanced, 'edge')],
      { ingressService: 'edge' },
      given,
    ],
    [
      'nothing if it is not istiod’s',
      [ingress({ ingressClassName: 'nginx', rules: [{ host: 'shop.example' }] }), front(balanced)],
      {},
      undefined,
    ],
    [
      'nothing where MeshConfig names no Service: nodes have no external addresses',
      [own, front(balanced)],
      { ingressService: '' },
      undefined,
    ],
  ])('%s', (_, texts, meshConfig, expected) => {
    expect(written(texts, meshConfig)).toEqual(expected);
  });
});

test('istiod writes it into the object, and kubectl prints it', () => {
  const { run } = play([namespace('istio-system', {}), namespace('shop'), istioClass, own, front(balanced)], [], {
    seconds: 1,
  });
  const object = run.storedAt(run.simulated).find(({ resource }) => resource.kind === 'Ingress');
  expect(object?.status).toEqual({ kind: 'written', value: { loadBalancer: { ingress: given } } });
  expect(object && columnsOf(object)).toEqual([
    ['CLASS', 'istio'],
    ['HOSTS', 'shop.example'],
    ['ADDRESS', '198.18.7.8'],
    ['PORTS', '80'],
  ]);
});

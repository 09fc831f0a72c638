// What kubectl shows of a status that a controller wrote into a custom resource.
// Source: additionalPrinterColumns of the CRDs of kubernetes-sigs/gateway-api at v1.6.
import { describe, expect, it } from 'vitest';
import type { StoredObject } from '../../../src/kube/index.ts';
import { columnsOf, manifestOf } from '../../../src/kube/index.ts';
import type { JsonObject } from '../../../src/manifests/index.ts';
import { stored } from '../mesh/stored.ts';

function withStatus(text: string, value: JsonObject): StoredObject {
  const [object] = stored(text);
  if (object === undefined) throw new Error('no object');
  return { ...object, status: { kind: 'written', value } };
}

const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`;
const service = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, clusterIP: 10.96.0.9, ports: [{ port: 80 }] }
`;
const programmed = { type: 'Programmed', status: 'True', lastTransitionTime: 3_000_000 };
const timestamp = (at: number): string => `at ${at}`;

describe('kubectl get', () => {
  it('has an address and whether it is programmed of a Gateway', () => {
    const addresses = [{ type: 'IPAddress', value: '198.18.0.1' }];
    expect(columnsOf(withStatus(gateway, { addresses, conditions: [programmed] }))).toEqual([
      ['CLASS', 'istio'],
      ['ADDRESS', '198.18.0.1'],
      ['PROGRAMMED', 'True'],
    ]);
  });

  it('has nothing to say of one that nobody looked at', () => {
    expect(columnsOf(withStatus(gateway, {}))).toEqual([
      ['CLASS', 'istio'],
      ['ADDRESS', ''],
      ['PROGRAMMED', ''],
    ]);
  });
});

describe('kubectl get -o yaml', () => {
  it('has the status as it was written, its times as timestamps', () => {
    const { status } = manifestOf(withStatus(gateway, { conditions: [programmed] }), timestamp);
    expect(status).toEqual({ conditions: [{ type: 'Programmed', status: 'True', lastTransitionTime: 'at 3000000' }] });
  });

  it("keeps a load balancer's address beside the conditions of a Service", () => {
    const { status } = manifestOf(withStatus(service, { conditions: [] }), timestamp);
    expect(status).toEqual({ conditions: [], loadBalancer: { ingress: [{ ip: '198.18.0.9', ipMode: 'VIP' }] } });
  });
});

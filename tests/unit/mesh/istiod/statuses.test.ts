// In a run, istiod writes the statuses of the Gateway API through the API server, and kubectl shows them.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Run } from '../../../../src/scenario/index.ts';
import { printedObject } from '../../../../src/scenario/printed.ts';
import '../../provide-envoys.ts';

const second = 1_000_000;
const text = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec: { servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web, namespace: shop }
spec: { parentRefs: [{ name: front }], rules: [{ backendRefs: [{ name: web, port: 80 }, { name: gone, port: 80 }] }] }
`;

function started(mesh: 'none' | 'sidecar' | 'ambient'): Run {
  const run = new Run({ scenario: '', manifests: [{ path: 'shop.yaml', text }], mesh, seed: 1 });
  run.advance(20 * second);
  return run;
}

/** `Type status reason` of every condition of a route's first parent, with when it came to be so. */
function conditionsOf(run: Run): readonly string[] {
  const yaml = printedObject(run, 20 * second, { kind: 'HTTPRoute', namespace: 'shop', name: 'web' }) ?? '';
  interface Written {
    readonly status?: {
      readonly parents: readonly {
        readonly conditions: readonly Readonly<Record<'type' | 'status' | 'reason' | 'lastTransitionTime', string>>[];
      }[];
    };
  }
  const { status } = parse(yaml) as Written; // what kubectl prints of an HTTPRoute
  return (status?.parents[0]?.conditions ?? []).map(
    (condition) => `${condition.type} ${condition.status} ${condition.reason} ${condition.lastTransitionTime}`,
  );
}

describe('istiod as a controller of the Gateway API', () => {
  it('says of a route what it is worth, with the time at which it came to be so', () => {
    const conditions = conditionsOf(started('sidecar'));
    expect(conditions.map((line) => line.replace(/ \S+$/, ''))).toEqual([
      'Accepted True Accepted',
      'ResolvedRefs False BackendNotFound',
    ]);
    for (const line of conditions) expect(line).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('in ambient mode also whether a waypoint honours it', () => {
    expect(conditionsOf(started('ambient')).map((line) => line.split(' ')[0])).toContain('ResolvedWaypoints');
  });

  it('without a mesh nobody says anything', () => {
    expect(conditionsOf(started('none'))).toEqual([]);
  });

  it('writes nothing more once nothing changes', () => {
    const run = started('ambient');
    const writes = [...run.trace.select(['object'])].filter(({ actor, resource }) => {
      return actor === 'istiod' && ['Gateway', 'HTTPRoute'].includes(resource);
    });
    expect(new Set(writes.map(({ resource }) => resource))).toEqual(new Set(['Gateway', 'HTTPRoute']));
    expect(writes.every(({ at }) => at < 10 * second)).toBe(true);
  });

  it("kubectl get shows a Gateway's class; Istio's own Gateway is another kind's object", () => {
    const rows = started('ambient')
      .objectsAt(20 * second)
      .filter(({ ref }) => ref.kind === 'Gateway');
    const classes = rows.map(({ ref, columns }) => [ref.group, columns.find(([name]) => name === 'CLASS')?.[1]]);
    expect(new Map(classes as [string | undefined, string | undefined][])).toEqual(
      new Map([
        [undefined, 'istio'],
        ['networking.istio.io', undefined],
      ]),
    );
  });
});

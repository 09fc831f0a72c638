// Who has a waypoint before it, and what istiod says of that in ambient mode.
// Source: istio/istio:pilot/pkg/serviceregistry/ambient/{waypoints,policies}.go, pilot/pkg/model/service.go at 1.31.
import { describe, expect, it } from 'vitest';
import { readGatewayApi, defaultGatewayApiSettings } from '../../../../src/mesh/gateway-api/index.ts';
import { waypointConditions, waypointFor, waypointsOf } from '../../../../src/mesh/waypoint/index.ts';
import { stored } from '../stored.ts';

const ready = 'status: { addresses: [{ type: Hostname, value: waypoint.shop.svc.cluster.local }] }';

function gateway(name: string, more = '', rest = ready): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: shop, labels: { app: proxy${more} } }
spec:
  gatewayClassName: istio-waypoint
  listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
${rest}
`;
}

function service(name: string, labels: string, namespace = 'shop'): string {
  return `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace}, labels: { ${labels} } }
spec: { ports: [{ port: 80 }] }
`;
}

function policy(name: string, spec: string, metadata = ''): string {
  return `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: shop${metadata} }
spec: ${spec}
`;
}

/** `Kind name: Type status reason: message` */
function said(text: string): readonly string[] {
  const { view } = readGatewayApi(stored(text), defaultGatewayApiSettings);
  return waypointConditions(view, 'istio-system').flatMap(({ object, value }) =>
    value.status.conditions.map(
      ({ type, status, reason, message }) =>
        `${object.resource.kind} ${object.resource.metadata.name}: ${type} ${status} ${reason}: ${message}`,
    ),
  );
}

const use = 'istio.io/use-waypoint: waypoint';

describe('a Service with the label istio.io/use-waypoint', () => {
  it('is bound to a waypoint that has an address', () => {
    expect(said(gateway('waypoint') + service('web', use))).toEqual([
      'Service web: istio.io/WaypointBound True WaypointAccepted: Successfully attached to waypoint shop/waypoint',
    ]);
  });

  it('is not bound to one that is not ready, or not there', () => {
    const expected = [
      'Service web: istio.io/WaypointBound False WaypointIsNotReady: waypoint "shop/waypoint" is not ready',
    ];
    expect(said(gateway('waypoint', '', '') + service('web', use))).toEqual(expected);
    expect(said(service('web', use))).toEqual(expected);
  });

  it('of another namespace is not let attach, unless the listener says so', () => {
    const foreign = service('web', `${use}, istio.io/use-waypoint-namespace: shop`, 'other');
    expect(said(gateway('waypoint') + foreign)).toEqual([
      'Service web: istio.io/WaypointBound False AttachmentDenied: we are not permitted to attach to waypoint "shop/waypoint" (missing allowedRoutes?)',
    ]);
    const open = gateway('waypoint').replace('HBONE }', 'HBONE, allowedRoutes: { namespaces: { from: All } } }');
    expect(said(open + foreign)[0]).toContain('True WaypointAccepted');
  });

  it('needs a waypoint for services', () => {
    const workloadsOnly = gateway('waypoint', ', istio.io/waypoint-for: workload');
    expect(said(workloadsOnly + service('web', use))[0]).toContain('False UnsupportedTrafficType');
  });

  it('takes over what its namespace asks for, and may say none', () => {
    const namespace =
      '---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio.io/use-waypoint: waypoint } }\n';
    const text =
      namespace + gateway('waypoint') + service('web', 'a: b') + service('alone', 'istio.io/use-waypoint: none');
    expect(said(text).map((line) => line.split(':')[0])).toEqual(['Service web']);
  });

  it("has none when it is a waypoint's own", () => {
    expect(
      said(gateway('waypoint') + service('waypoint', `${use}, gateway.istio.io/managed: istio.io-mesh-controller`)),
    ).toEqual([]);
  });

  it('says whether an ingress gateway heeds it', () => {
    const [line] = said(gateway('waypoint') + service('web', `${use}, istio.io/ingress-use-waypoint: "true"`));
    expect(line).toContain('. Ingress traffic will traverse the waypoint');
  });
});

describe('a workload', () => {
  it('of a namespace with a waypoint for services has none, without complaint; with a label of its own, it is said', () => {
    const namespace = `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { ${use} } }\n`;
    const { view } = readGatewayApi(stored(namespace + gateway('waypoint')), defaultGatewayApiSettings);
    const of = (labels: Readonly<Record<string, string>>): string => {
      const metadata = { name: 'web', namespace: 'shop', labels, annotations: {} };
      return waypointFor(view, waypointsOf(view), metadata, 'workload').kind;
    };
    expect(of({})).toBe('none');
    expect(of({ 'istio.io/use-waypoint': 'waypoint' })).toBe('failed');
    expect(of({ 'gateway.networking.k8s.io/gateway-name': 'waypoint' })).toBe('none');
  });
});

describe('a ServiceEntry', () => {
  it('for a wildcard is of no use without a waypoint', () => {
    const entry = `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: all, namespace: shop, labels: { a: b } }
spec: { hosts: ["*.example.com"], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DYNAMIC_DNS }
`;
    expect(said(entry)).toEqual([
      'ServiceEntry all: istio.io/WaypointMissing True NoWaypointForWildcardService: ServiceEntry will not apply until it is bound to a valid waypoint.',
    ]);
    expect(said(gateway('waypoint') + entry.replace('a: b', use))[0]).toContain('istio.io/WaypointBound True');
  });
});

describe('an AuthorizationPolicy', () => {
  it('without a target is for ztunnels, which leave HTTP out and know two actions', () => {
    expect(said(policy('plain', '{ rules: [{ from: [{ source: { namespaces: [shop] } }] }] }'))).toEqual([
      'AuthorizationPolicy plain: ZtunnelAccepted True Accepted: attached to ztunnel',
    ]);
    const http = '{ rules: [{ to: [{ operation: { methods: [GET] } }] }] }';
    expect(said(policy('http', http))).toEqual([
      'AuthorizationPolicy http: ZtunnelAccepted True UnsupportedValue: ztunnel does not support HTTP attributes (found: methods). In ambient mode you must use a waypoint proxy to enforce HTTP rules. Within an ALLOW policy, rules matching HTTP attributes are omitted. This will be more restrictive than requested.',
    ]);
    expect(said(policy('audit', '{ action: AUDIT, rules: [{}] }'))).toEqual([
      'AuthorizationPolicy audit: ZtunnelAccepted False UnsupportedValue: ztunnel does not support the AUDIT action',
    ]);
  });

  it('with a target is for waypoints: of a Gateway, of a Service that has one, of a class from the root namespace', () => {
    const base = gateway('waypoint') + service('web', use) + service('plain', 'a: b');
    const target = (kind: string, name: string, group = '""'): string =>
      `{ targetRefs: [{ kind: ${kind}, group: ${group}, name: ${name} }], rules: [{}] }`;
    const only = (text: string): readonly string[] => said(base + text).filter((line) => line.startsWith('Auth'));
    expect(only(policy('p', target('Gateway', 'waypoint', 'gateway.networking.k8s.io')))).toEqual([
      'AuthorizationPolicy p: WaypointAccepted True Accepted: bound to shop/waypoint',
    ]);
    expect(only(policy('p', target('Service', 'web')))).toEqual([
      'AuthorizationPolicy p: WaypointAccepted True Accepted: bound to shop/waypoint',
    ]);
    expect(only(policy('p', target('Service', 'plain')))).toEqual([
      'AuthorizationPolicy p: WaypointAccepted False AncestorNotBound: Service shop/plain is not bound to a waypoint',
    ]);
    expect(only(policy('p', target('Service', 'gone')))).toEqual([
      'AuthorizationPolicy p: WaypointAccepted False TargetNotFound: Service shop/gone was not found',
    ]);
    expect(only(policy('p', target('GatewayClass', 'istio-waypoint', 'gateway.networking.k8s.io')))).toEqual([
      'AuthorizationPolicy p: WaypointAccepted False Invalid: AuthorizationPolicy must be in the root namespace `istio-system` when referencing a GatewayClass',
    ]);
  });

  it('with several targets is accepted in part where one of them is bound', () => {
    const targets = '[{ kind: Service, group: "", name: web }, { kind: Service, group: "", name: plain }]';
    const text = gateway('waypoint') + service('web', use) + service('plain', 'a: b');
    expect(said(text + policy('p', `{ targetRefs: ${targets}, rules: [{}] }`)).at(-1)).toBe(
      'AuthorizationPolicy p: WaypointAccepted True PartiallyInvalid: Invalid targetRefs: Service.core:shop/plain',
    );
  });
});

// An ingress gateway that runs in another namespace than the Gateway it serves: whose Secrets it reads, and which route a token leads to.
// Source: istio/istio:pilot/pkg/model/credentials/resource.go ParseResourceName, pilot/pkg/security/authn/policy_applier.go
// convertToEnvoyJwtConfig (ClearRouteCache), tests/integration/pilot/common/routing.go gatewayCases, jwtClaimRoute at 1.31.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { isKind } from '../../../../src/manifests/index.ts';
import { parseTarget } from '../../../../src/host/index.ts';
import { externalAddress } from '../../../../src/kube/index.ts';
import { Run } from '../../../../src/scenario/index.ts';
import { keySet, rsaSigner, tokenOf } from '../authz/tokens.ts';
import { app, disagreements, documents, istio, namespace } from '../istio-sidecar/scene.ts';
import '../../provide-envoys.ts';

const second = 1_000_000;
const certificate = readFileSync(new URL('../analysis/cases/certificates.pem', import.meta.url), 'utf8');
const signer = rsaSigner();
const token = tokenOf(signer, { iss: 'issuer-1', sub: 'anna', group: { id: 'g1' } });

const secret = (path: string): string => {
  const [home = '', name = ''] = path.split('/');
  const stringData = {
    'tls.crt': certificate,
    'tls.key': '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n',
  };
  return documents({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: home }, stringData });
};
const tls = (number: number, credentialName: string): object => ({
  port: { number, name: credentialName, protocol: 'HTTPS' },
  tls: { mode: 'SIMPLE', credentialName },
  hosts: ['*'],
});
const http = { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] };
const answer = (status: number): object => ({ directResponse: { status } });
const withHeader = (name: string, value: string): object => ({ match: [{ headers: { [name]: { exact: value } } }] });

const manifests = [
  namespace('edge'),
  namespace('shop'),
  app('edge/ingress', {
    labels: { istio: 'ingressgateway', 'sidecar.istio.io/inject': 'true' },
    annotations: { 'inject.istio.io/templates': 'gateway' },
    container: { name: 'istio-proxy', image: 'auto', ports: [] },
  }),
  documents({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ingress', namespace: 'edge' },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'ingress' },
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'https', port: 443, targetPort: 8443 },
        { name: 'https-more', port: 444, targetPort: 8444 },
      ],
    },
  }),
  secret('edge/beside-the-proxy'),
  secret('shop/beside-the-gateway'),
  istio('Gateway', 'shop/edge', {
    selector: { istio: 'ingressgateway' },
    servers: [http, tls(443, 'beside-the-proxy'), tls(444, 'beside-the-gateway')],
  }),
  istio('VirtualService', 'shop/all', {
    hosts: ['*'],
    gateways: ['edge'],
    http: [
      { ...withHeader('x-group', 'g1'), ...answer(299) },
      { ...withHeader('@request.auth.claims.sub', 'anna'), ...answer(298) },
      answer(297),
    ],
  }),
  documents({
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { name: 'tokens', namespace: 'edge' },
    spec: {
      jwtRules: [
        { issuer: 'issuer-1', jwks: keySet(signer), outputClaimToHeaders: [{ header: 'x-group', claim: 'group.id' }] },
      ],
    },
  }),
];

let run: Run;
let address = '';
beforeAll(() => {
  run = new Run({ scenario: '', manifests: manifests.map((text, index) => ({ path: `${index}.yaml`, text })) });
  run.settle(60 * second);
  for (const { resource } of run.storedAt(run.simulated))
    if (isKind(resource, 'Service') && resource.metadata.name === 'ingress') address = externalAddress(resource) ?? '';
});

function ask(url: string, headers: readonly (readonly [string, string])[]): string | undefined {
  const target = parseTarget(url.replace('EDGE', address));
  if (target === undefined) throw new Error(`${url} is a URL`);
  const begun = run.trace.length;
  run.ask(run.simulated, { from: 'outside', target, count: 1, method: 'GET', headers });
  run.settle(60 * second);
  return [...run.trace.select(['response'], begun)].map(({ result }) => result)[0];
}

test.each([
  ['the namespace of the gateway’s pods', 443, false],
  ['the namespace of the Gateway', 444, true],
])('a credential’s Secret of %s: port %i, missing %s', (_, port, isMissing) => {
  const begun = run.trace.length;
  // Who calls an address does not trust a certificate for a name: that it got one is enough.
  ask(`https://EDGE:${port}/`, []);
  const details = [...run.trace.select(['failed'], begun)].map(({ detail }) => detail).join();
  expect(details).toContain('certificate');
  expect(details.includes('has no certificate')).toBe(isMissing);
});

test.each([
  ['a claim that became a header leads to its route', [['authorization', `Bearer ${token}`]], '299'],
  [
    'a header that only tokens may set does not, once a token was read',
    [
      ['x-group', 'g1'],
      ['authorization', `Bearer ${tokenOf(signer, { iss: 'issuer-1', sub: 'anna' })}`],
    ],
    '298',
  ],
  ['without a token the last route is taken', [], '297'],
] as const)('%s', (_, headers, expected) => {
  expect(ask('http://EDGE:80/', [['host', 'c.example'], ...headers])).toBe(expected);
  expect(disagreements(run).wrong).toEqual([]);
});

import { expect, test } from 'vitest';
import { readRequest } from '../../../src/entry/commands/conformance/protocol.ts';
import { runCase } from '../../../src/entry/commands/conformance/run-case.ts';
import '../provide-envoys.ts';

/** The results of one case. */
function results(request: object): readonly object[] {
  const read = readRequest(JSON.stringify({ seq: 1, manifests: [], ...request }));
  if (typeof read === 'string') throw new Error(read);
  return runCase(read).results;
}

const policy = (mode: string, name = 'default', namespace = 'shop', extra = '') => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: ${namespace}${extra} }
spec: { mtls: { mode: ${mode} } }
`;
const modeOf = { kind: 'mtls-mode', workload: { namespace: 'shop', labels: {} }, ports: [80] };

test('steps are carried out in order on one cluster', () => {
  const steps = [
    modeOf,
    { kind: 'apply', manifests: [policy('DISABLE', 'default', 'shop')] },
    modeOf,
    { kind: 'delete', object: { kind: 'PeerAuthentication', name: 'shop/default' } },
    modeOf,
  ];
  expect(results({ manifests: [policy('STRICT')], steps })).toEqual([
    { mode: 'STRICT', perPort: { 80: 'STRICT' } },
    {},
    { mode: 'DISABLE', perPort: { 80: 'DISABLE' } },
    {},
    { mode: 'PERMISSIVE', perPort: { 80: 'PERMISSIVE' } },
  ]);
});

test('of two policies of one level the older one counts, by the time of creation they state', () => {
  const manifests = [
    policy('STRICT', 'new', 'shop', ', creationTimestamp: 2026-01-02T00:00:00Z'),
    policy('DISABLE', 'old', 'shop', ', creationTimestamp: 2026-01-01T00:00:00Z'),
  ];
  expect(results({ manifests, steps: [modeOf] })).toEqual([{ mode: 'DISABLE', perPort: { 80: 'DISABLE' } }]);
});

test('the root namespace of the environment holds the mesh policy', () => {
  const manifests = [policy('STRICT', 'default', 'root')];
  expect(results({ manifests, env: { rootNamespace: 'root' }, steps: [modeOf] })).toMatchObject([{ mode: 'STRICT' }]);
  expect(results({ manifests, steps: [modeOf] })).toMatchObject([{ mode: 'PERMISSIVE' }]);
});

test('a step of an unknown kind is answered by its name, one that cannot be read by what it lacks', () => {
  expect(results({ steps: [{ kind: 'levitate' }] })).toEqual([{ unsupported: 'levitate' }]);
  expect(results({ steps: [{ kind: 'mtls-mode' }] })).toEqual([
    { exception: expect.stringContaining('workload') as unknown },
  ]);
});

test('a line that is no request says why', () => {
  expect(readRequest('nonsense')).toBe('not a JSON object');
  expect(readRequest('{"seq":1}')).toMatch(/steps/);
});

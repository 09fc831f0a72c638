// VirtualServices in pieces: a root's conditions narrow its delegates' rules.
// Cases after istio/istio:pilot/pkg/model/virtualservice_test.go TestMergeHTTPRoutes, TestHasConflict, virtualservice_controller_test.go.
import { describe, expect, test } from 'vitest';
import { ask, configurationOf } from './scene.ts';

const virtualService = (name: string, namespace: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name, namespace }, spec });
const service = `
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: default }
spec: { clusterIP: 10.0.0.1, selector: { app: shop }, ports: [{ name: http, port: 80 }] }
`;
const to = (host: string): object => ({ route: [{ destination: { host } }] });

/** The cluster a path's request goes to, by root and delegate rules. */
function taken(
  root: object,
  delegates: readonly object[],
  path: string,
  home = 'parts',
  exportTo?: readonly string[],
): string {
  const spec = { http: delegates, ...(exportTo === undefined ? {} : { exportTo }) };
  const rootSpec = {
    hosts: ['shop'],
    http: [
      { name: 'root', ...root, delegate: { name: 'part', namespace: home } },
      { name: 'rest', ...to('rest') },
    ],
  };
  const texts = [service, virtualService('root', 'default', rootSpec), virtualService('part', 'parts', spec)];
  const { cluster, route } = ask(configurationOf(texts.join('\n---\n')), { port: 80, host: 'shop', path });
  return `${cluster.split('|').at(-1) ?? ''} ${route}`;
}

const uri = (kind: 'prefix' | 'exact' | 'regex', value: string): object => ({ match: [{ uri: { [kind]: value } }] });

describe('a delegate', () => {
  test('has the root’s condition where it has none of its own, and names of its own namespace', () => {
    const rest = 'rest.default.svc.cluster.local rest';
    expect(taken(uri('prefix', '/a'), [to('own')], '/a/1')).toBe('own.parts.svc.cluster.local root');
    expect(taken(uri('prefix', '/a'), [to('own')], '/b')).toBe(rest);
    expect(taken(uri('prefix', '/a'), [to('own')], '/a', 'nowhere')).toBe(rest);
  });
  test.each([
    ['prefix', '/a', 'prefix', '/a/b', true],
    ['prefix', '/a/b', 'prefix', '/a', false],
    ['prefix', '/a', 'exact', '/a/b', true],
    ['prefix', '/c', 'exact', '/a/b', false],
    ['exact', '/a/b', 'exact', '/a/b', true],
    ['exact', '/a', 'prefix', '/a', false],
    ['regex', '/a.*', 'prefix', '/a', false],
    ['prefix', '/a', 'regex', '/a.*', false],
  ] as const)('under %s %s may have %s %s: %s', (rootKind, rootValue, kind, value, fits) => {
    const found = taken(uri(rootKind, rootValue), [{ ...uri(kind, value), ...to('own') }], '/a/b');
    expect(found.startsWith('own.')).toBe(fits);
  });
  test('that is not exported to the root’s namespace is not there', () => {
    expect(taken({}, [to('own')], '/', 'parts', ['.'])).toContain('rest');
    expect(taken({}, [to('own')], '/', 'parts', ['default'])).toContain('own');
  });
  test('adds its name to the root’s', () => {
    expect(taken({}, [{ name: 'own', ...to('own') }], '/')).toBe('own.parts.svc.cluster.local root-own');
  });
  test('answers for no host itself', () => {
    const text = [service, virtualService('part', 'default', { http: [to('own')] })].join('\n---\n');
    expect(ask(configurationOf(text), { port: 80, host: 'shop' }).route).toBe('default');
  });
});

import { describe, expect, test } from 'vitest';
import { evaluateRules } from '../../../../src/host/index.ts';
import { redirectOptionsOf, redirectRules } from '../../../../src/mesh/istio-sidecar/index.ts';

describe('redirect rules', () => {
  const rules = (...args: readonly string[]): ReturnType<typeof redirectRules> =>
    redirectRules(redirectOptionsOf(args));
  const leaving = { hook: 'OUTPUT', source: '10.0.0.1', uid: 0, mark: 0, viaLoopback: false } as const;
  const coming = { hook: 'PREROUTING', source: '10.0.0.9', uid: -1, mark: 0, viaLoopback: false } as const;
  const to = (ip: string, port: number): { readonly destination: { readonly ip: string; readonly port: number } } => ({
    destination: { ip, port },
  });
  const action = (of: ReturnType<typeof redirectRules>, attempt: Parameters<typeof evaluateRules>[1]): string => {
    const { rule } = evaluateRules(of, attempt);
    return rule === undefined
      ? 'none'
      : rule.action === 'accept'
        ? `accept ${rule.id}`
        : `${rule.action.redirectTo} ${rule.id}`;
  };
  test.each([
    ['an application that calls out', rules(), { ...leaving, ...to('10.96.0.1', 80) }, '15001 istio-init.OUTPUT.10'],
    ['Envoy that calls out', rules(), { ...leaving, uid: 1337, ...to('10.96.0.1', 80) }, 'accept istio-init.OUTPUT.5'],
    [
      'Envoy to its application',
      rules(),
      { ...leaving, uid: 1337, source: '127.0.0.6', viaLoopback: true, ...to('10.0.0.1', 80) },
      'accept istio-init.OUTPUT.2',
    ],
    [
      'Envoy to its own pod through a Service',
      rules(),
      { ...leaving, uid: 1337, viaLoopback: true, ...to('10.0.0.1', 80) },
      '15006 istio-init.OUTPUT.3',
    ],
    [
      'an application to itself',
      rules(),
      { ...leaving, viaLoopback: true, ...to('127.0.0.1', 80) },
      'accept istio-init.OUTPUT.4',
    ],
    ['an excluded port', rules('-o', '3306'), { ...leaving, ...to('10.96.0.1', 3306) }, 'accept istio-init.OUTPUT.1'],
    [
      'an excluded range',
      rules('-x', '10.96.0.0/16'),
      { ...leaving, ...to('10.96.0.1', 80) },
      'accept istio-init.OUTPUT.8',
    ],
    [
      'outside the ranges that are taken',
      rules('-i', '10.96.0.0/16'),
      { ...leaving, ...to('203.0.113.7', 80) },
      'none',
    ],
    [
      'a port that is taken all the same',
      rules('-i', '', '-q', '443'),
      { ...leaving, ...to('203.0.113.7', 443) },
      '15001 istio-init.OUTPUT.9',
    ],
    ['a call that comes in', rules(), { ...coming, ...to('10.0.0.1', 8080) }, '15006 istio-init.PREROUTING.3'],
    ['a tunnel that comes in', rules(), { ...coming, ...to('10.0.0.1', 15_008) }, 'accept istio-init.PREROUTING.1'],
    ['a probe of the proxy', rules(), { ...coming, ...to('10.0.0.1', 15_021) }, 'accept istio-init.PREROUTING.2'],
    ['a port that is not taken', rules('-b', '8080'), { ...coming, ...to('10.0.0.1', 9090) }, 'none'],
    ['nothing taken inbound', rules('-b', ''), { ...coming, ...to('10.0.0.1', 8080) }, 'none'],
  ] as const)('%s', (_, of, attempt, expected) => {
    expect(action(of, attempt)).toBe(expected);
  });
});

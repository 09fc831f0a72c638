// The small rules everything else is made of, as tables.

import { experimentalChannel } from '../../../src/manifests/experimental.ts';
import type { GatewayApiChannel } from '../../../src/manifests/index.ts';
import { describe, expect, it } from 'vitest';
import { parseManifests, selectorMatches, toYaml } from '../../../src/manifests/index.ts';
import { isCidr, isIPv4, isIPv6 } from '../../../src/manifests/ip.ts';
import { durationMs, isWildcardDomain } from '../../../src/manifests/kinds/istio-checks.ts';
import { quantityOf } from '../../../src/manifests/kinds/pod/quantity.ts';
import { isLabelValue, isPortName, isQualifiedName } from '../../../src/manifests/names.ts';
import { nearestName } from '../../../src/manifests/near-name.ts';
import { isRe2 } from '../../../src/manifests/re2-syntax.ts';
import { resolvePlain } from '../../../src/manifests/scalar.ts';

describe('a plain scalar means what kubectl takes it for', () => {
  it.each<[string, null | boolean | number | string]>([
    ['', null],
    ['~', null],
    ['null', null],
    ['nil', 'nil'],
    ['yes', true],
    ['y', true],
    ['Off', false],
    ['oFF', 'oFF'],
    ['8080', 8080],
    ['-0', 0],
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['0b101', 5],
    ['089', 89],
    ['1_000', 1000],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.10', 1.1],
    ['1.1.1', '1.1.1'],
    ['12:30:45', '12:30:45'],
    ['2026-01-02', '2026-01-02'],
    ['+1', 1],
    ['-', '-'],
    ['.', '.'],
    ['1Gi', '1Gi'],
  ])('%j is %j', (source, value) => {
    expect(resolvePlain(source)).toEqual({ kind: 'value', value });
  });

  it.each(['.inf', '-.Inf', '.NaN'])('%s has no place in JSON', (source) => {
    expect(resolvePlain(source)).toEqual({ kind: 'not-json' });
  });
});

describe('names', () => {
  it.each([
    ['http', true],
    ['http-web', true],
    ['80', false],
    ['a--b', false],
    ['-a', false],
    ['Upper', false],
    ['a123456789012345', false],
  ])('port name %s: %s', (name, isFine) => expect(isPortName(name)).toBe(isFine));

  it.each([
    ['app', true],
    ['app.kubernetes.io/name', true],
    ['a/b/c', false],
    ['/a', false],
    ['A/b', false],
    ['a'.repeat(64), false],
  ])('label key %s: %s', (key, isFine) => expect(isQualifiedName(key)).toBe(isFine));

  it.each([
    ['', true],
    ['v1.0_x', true],
    ['-x', false],
    ['a b', false],
  ])('label value %j: %s', (value, isFine) => expect(isLabelValue(value)).toBe(isFine));

  it.each([
    ['replics', 'replicas'],
    ['Ports', 'ports'],
    ['Prefix', 'PathPrefix'],
    ['zzz', undefined],
    ['ports', undefined],
  ])('%s is near %s', (name, near) => {
    expect(nearestName(name, ['replicas', 'ports', 'PathPrefix', 'selector'])).toBe(near);
  });
});

describe('addresses', () => {
  it.each(['0.0.0.0', '255.255.255.255'])('%s is IPv4', (text) => expect(isIPv4(text)).toBe(true));
  it.each(['1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.4.5', ''])('%s is not IPv4', (text) =>
    expect(isIPv4(text)).toBe(false),
  );
  it.each(['::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'])('%s is IPv6', (text) => {
    expect(isIPv6(text)).toBe(true);
  });
  it.each(['1::2::3', '1:2:3:4:5:6:7', '12345::', 'g::', '1:2:3:4:5:6:7:8:9', '1.2.3.4', ':'])(
    '%s is not IPv6',
    (text) => {
      expect(isIPv6(text)).toBe(false);
    },
  );
  it('a block has a length within its family', () => {
    expect(['10.0.0.0/8', '::/0'].every(isCidr)).toBe(true);
    expect(['10.0.0.0/33', '10.0.0.0', '10.0.0.0/', 'x/8', '::/129'].some(isCidr)).toBe(false);
  });
});

describe('regular expressions of RE2', () => {
  it.each([
    '.*',
    '^/v[0-9]+/(?P<id>\\w+)$',
    '(?i)jason',
    '[[:alpha:]]+',
    '\\Qa.b\\E',
    '(?:a|b){2,3}',
    '\\d+\\.\\d*',
    '\\pL',
    '\\\\1',
  ])('%s is one', (expression) => expect(isRe2(expression)).toBe(true));
  it.each(['(?=a)', '(?!a)', '(?<=a)b', '(a)\\1', '(', '[', '*a', 'a{1001}', '(?P<a', 'a)'])(
    '%s is none',
    (expression) => {
      expect(isRe2(expression)).toBe(false);
    },
  );
});

describe('quantities, durations and hosts', () => {
  it.each<[string | number, number | undefined]>([
    ['100m', 0.1],
    ['1Ki', 1024],
    ['2', 2],
    [0.5, 0.5],
    ['1e3', 1000],
    ['lots', undefined],
  ])('quantity %s is %s', (text, value) => expect(quantityOf(text)).toBe(value));

  it.each<[string, number | undefined]>([
    ['1.5s', 1500],
    ['1h2m3s4ms', 3_723_004],
    ['0s', 0],
    ['5', undefined],
    ['s', undefined],
    ['', undefined],
  ])('duration %s is %s ms', (text, value) => expect(durationMs(text)).toBe(value));

  it.each([
    ['reviews', true],
    ['*.example.com', true],
    ['*', true],
    ['*-a.example.com', true],
    ['a.*.com', false],
    ['a_b', false],
    ['a.b.1', false],
    ['', false],
  ])('host %j: %s', (host, isFine) => expect(isWildcardDomain(host)).toBe(isFine));
});

describe('a label selector', () => {
  const labels = { app: 'web', tier: 'front' };

  it('asks for every label and every expression', () => {
    expect(selectorMatches({}, labels)).toBe(true);
    expect(selectorMatches({ matchLabels: { app: 'web' } }, labels)).toBe(true);
    expect(selectorMatches({ matchLabels: { app: 'web', tier: 'back' } }, labels)).toBe(false);
    expect(selectorMatches({ matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }] }, labels)).toBe(
      true,
    );
    expect(selectorMatches({ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['front'] }] }, labels)).toBe(
      false,
    );
    expect(selectorMatches({ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, labels)).toBe(
      true,
    );
    expect(selectorMatches({ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, labels)).toBe(false);
    expect(selectorMatches({ matchExpressions: [{ key: 'constructor', operator: 'DoesNotExist' }] }, labels)).toBe(
      true,
    );
  });
});

describe('an object as text', () => {
  it('has sorted keys and quotes what kubectl would read as something else', () => {
    const object = { kind: 'X', b: ['no', '0644', '1e3', ''], a: { z: 1, m: 'a: b', n: 'two\nlines\n' } };
    expect(toYaml(object)).toBe(
      'a:\n  m: "a: b"\n  "n": |\n    two\n    lines\n  z: 1\nb:\n- "no"\n- "0644"\n- "1e3"\n- ""\nkind: X\n',
    );
  });

  it('says the same whatever the order it was written in', () => {
    expect(toYaml({ a: 1, b: { c: 2, d: 3 } })).toBe(toYaml({ b: { d: 3, c: 2 }, a: 1 }));
  });
});

describe('what an answer can be relied on', () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n';

  it('an unchanged document gives the identical object, wherever it moves', () => {
    const [first] = parseManifests([{ path: 'a.yaml', text }]).resources;
    const moved = parseManifests([{ path: 'b.yaml', text: `---\nkind: Other\n---\n${text}` }]).resources.at(-1);
    const again = parseManifests([{ path: 'b.yaml', text }]).resources[0];
    expect(again?.object).toBe(first?.object);
    expect(moved?.object).toEqual(first?.object);
  });

  it('the default namespace is part of the question', () => {
    const namespaces = ['default', 'shop', 'default'].map(
      (defaultNamespace) =>
        parseManifests([{ path: 'a.yaml', text }], { defaultNamespace }).resources[0]?.metadata.namespace,
    );
    expect(namespaces).toEqual(['default', 'shop', 'default']);
  });

  it('an object of a foreign group is no simulated kind, even with its name', () => {
    const knative = 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n';
    expect(parseManifests([{ path: 'a.yaml', text: knative }]).resources[0]?.support).toBe('unknown');
  });

  it('an object rules refuse can be kept where no API server would see it', () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{name: x, port: -1}], foo: 1}\n';
    expect(parseManifests([{ path: 'a.yaml', text: service }]).resources).toEqual([]);
    const kept = parseManifests([{ path: 'a.yaml', text: service }], { keepsInvalid: true });
    expect(kept.resources).toHaveLength(1);
    expect(kept.diagnostics.map(({ message }) => message)).toEqual(['port-out-of-range', 'unknown-field']);
    expect(kept.resources[0]?.object['spec']).not.toHaveProperty('foo');
  });

  it('fields of the experimental Gateway API need its channel', () => {
    const route =
      'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {rules: [{retry: {attempts: 2}}]}\n';
    const messagesIn = (gatewayApiChannel?: GatewayApiChannel): string[] =>
      parseManifests(
        [{ path: 'a.yaml', text: route }],
        gatewayApiChannel === undefined ? {} : { gatewayApiChannel },
      ).diagnostics.map(({ message }) => message);
    expect(messagesIn()).toEqual(['unknown-field']);
    expect(messagesIn(experimentalChannel)).toEqual([]);
  });
});

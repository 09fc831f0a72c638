// The rules CRDs state in CEL, evaluated as the API server does: which objects break which rule, and where.

import { parse } from '@bufbuild/cel';
import { describe, expect, it } from 'vitest';
import { evaluateRule, isKnownFunction } from '../../../src/manifests/cel/index.ts';
import { parseManifests } from '../../../src/manifests/index.ts';
import { schemaFiles as served } from './all-kinds.ts';
import { experimentalSchemas } from '../../../src/manifests/experimental.ts';
import { type RuleEvaluator, violationsOf } from '../../../src/manifests/structural/rules.ts';
import type { CelRule, SchemaNode } from '../../../src/manifests/structural/schema.ts';

const schemaFiles = [...served, experimentalSchemas];

describe('every rule of every schema', () => {
  const rules = new Set(
    schemaFiles.flatMap(({ definitions, kinds }) => [...definitions, ...kinds.flatMap(rootsOf)].flatMap(rulesOf)),
  );

  it('is an expression of known functions', () => {
    expect(rules.size).toBeGreaterThanOrEqual(130);
    for (const rule of rules) {
      for (const name of functionsOf(parse(rule).expr)) expect(isKnownFunction(name), `${name} in ${rule}`).toBe(true);
    }
  });
});

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly spec: string;
  /** What the API server says, each at its field; none: it takes the object. */
  readonly said: readonly (readonly [field: string, message: string])[];
}

const istio = 'networking.istio.io/v1';
const security = 'security.istio.io/v1';
const gatewayApi = 'gateway.networking.k8s.io/v1';

const cases: readonly (Case & { readonly apiVersion: string })[] = [
  {
    name: 'a policy applies to a selector or to targets',
    apiVersion: security,
    kind: 'AuthorizationPolicy',
    spec: '{selector: {matchLabels: {a: b}}, targetRefs: [{kind: Service, name: a}]}',
    said: [['spec', 'only one of targetRefs or selector can be set']],
  },
  {
    name: 'a target is in the namespace of the policy',
    apiVersion: security,
    kind: 'AuthorizationPolicy',
    spec: '{targetRefs: [{kind: Service, name: a, namespace: b}]}',
    said: [['spec.targetRefs[0].namespace', 'cross namespace referencing is not currently supported']],
  },
  {
    name: 'labels of a selector have no wildcard and no empty key',
    apiVersion: security,
    kind: 'PeerAuthentication',
    spec: '{selector: {matchLabels: {"": a, "b*": c, d: "e*"}}}',
    said: [
      ['spec.selector.matchLabels', 'wildcard not allowed in label key match'],
      ['spec.selector.matchLabels', 'key must not be empty'],
      ['spec.selector.matchLabels.d', 'wildcard not allowed in label value match'],
    ],
  },
  {
    name: 'ports of a PeerAuthentication are numbers in range',
    apiVersion: security,
    kind: 'PeerAuthentication',
    spec: '{selector: {matchLabels: {a: b}}, portLevelMtls: {"70000": {mode: STRICT}}}',
    said: [['spec.portLevelMtls', 'port must be between 1-65535']],
  },
  {
    name: 'ports of a PeerAuthentication need a selector',
    apiVersion: security,
    kind: 'PeerAuthentication',
    spec: '{portLevelMtls: {"80": {mode: STRICT}}}',
    said: [['spec', 'portLevelMtls requires selector']],
  },
  {
    name: 'keys come from one place, over HTTP',
    apiVersion: security,
    kind: 'RequestAuthentication',
    spec: '{jwtRules: [{issuer: a, jwks: "{}", jwksUri: "ftp://a"}, {issuer: b, jwksUri: "HTTPS://a.example"}]}',
    said: [
      ['spec.jwtRules[0]', 'only one of jwks or jwksUri can be set'],
      ['spec.jwtRules[0].jwksUri', 'url must have scheme http:// or https://'],
    ],
  },
  {
    name: 'a duration is one millisecond or more',
    apiVersion: istio,
    kind: 'VirtualService',
    spec: '{hosts: [a], http: [{timeout: 1us, route: [{destination: {host: a}}]}]}',
    said: [['spec.http[0].timeout', 'must be a valid duration greater than 1ms']],
  },
  {
    name: 'a workload has an address or a network, and a socket has no ports',
    apiVersion: istio,
    kind: 'WorkloadEntry',
    spec: '{address: "unix://a/", ports: {http: 0, "": 80}}',
    said: [
      ['spec', 'UDS may not include ports'],
      ['spec.address', 'UDS must be an absolute path or abstract socket'],
      ['spec.address', 'UDS may not be a dir'],
      ['spec.ports', 'port name must be valid'],
      ['spec.ports.http', 'port must be between 1-65535'],
    ],
  },
  { name: 'a network stands for an address', apiVersion: istio, kind: 'WorkloadEntry', spec: '{network: a}', said: [] },
  {
    name: 'address blocks are for services without lookup',
    apiVersion: istio,
    kind: 'ServiceEntry',
    spec: '{hosts: [a], addresses: [10.0.0.0/8], resolution: DNS}',
    said: [['spec', 'CIDR addresses are allowed only for NONE/STATIC resolution types']],
  },
  {
    name: 'a module is fetched by a known scheme, or none',
    apiVersion: 'extensions.istio.io/v1alpha1',
    kind: 'WasmPlugin',
    spec: '{url: "ftp://a.example/b"}',
    said: [['spec.url', 'url must have schema one of [http, https, file, oci]']],
  },
  {
    name: 'a module may be named without scheme',
    apiVersion: 'extensions.istio.io/v1alpha1',
    kind: 'WasmPlugin',
    spec: '{url: a.example/b}',
    said: [],
  },
  {
    name: 'an extension is one of two',
    apiVersion: 'extensions.istio.io/v1alpha1',
    kind: 'TrafficExtension',
    spec: '{}',
    said: [['spec', 'exactly one of wasm or lua must be set']],
  },
  {
    name: 'a waypoint is matched in its own context',
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    spec: '{configPatches: [{applyTo: CLUSTER, match: {context: GATEWAY, waypoint: {}}}]}',
    said: [['spec.configPatches[0].match', 'only support waypointMatch when context is WAYPOINT']],
  },
  {
    name: 'a filter has the field its type names',
    apiVersion: gatewayApi,
    kind: 'GRPCRoute',
    spec: '{rules: [{filters: [{type: RequestMirror}]}]}',
    said: [['spec.rules[0].filters[0]', 'filter.requestMirror must be specified for RequestMirror filter.type']],
  },
  {
    name: 'a timeout of a backend is not longer than the whole',
    apiVersion: gatewayApi,
    kind: 'HTTPRoute',
    spec: '{rules: [{timeouts: {request: 1s, backendRequest: 2s}}]}',
    said: [['spec.rules[0].timeouts', 'backendRequest timeout cannot be longer than request timeout']],
  },
  {
    name: 'listeners of one port are told apart',
    apiVersion: gatewayApi,
    kind: 'Gateway',
    spec: '{gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}]}',
    said: [['spec.listeners', 'Combination of port, protocol and hostname must be unique for each listener']],
  },
  {
    name: 'rules that compare with an earlier object say nothing of a new one',
    apiVersion: gatewayApi,
    kind: 'GatewayClass',
    spec: '{controllerName: istio.io/gateway-controller}',
    said: [],
  },
];

describe('the API server', () => {
  it.each(cases)('$kind: $name', ({ apiVersion, kind, spec, said }) => {
    expect(saidOf(apiVersion, kind, spec)).toEqual(said.map(([field, message]) => [field, message]));
  });

  it('refuses an object of which it cannot tell whether a rule holds', () => {
    const text = manifest(
      security,
      'PeerAuthentication',
      '{selector: {matchLabels: {a: b}}, portLevelMtls: {http: {}}}',
    );
    const { resources, diagnostics } = parseManifests([{ path: 'a.yaml', text }], { evaluateRule, layer: 'schema' });
    expect(resources).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toContain('rule-not-evaluated');
  });

  it('asks the rules only of an object that fits its schema', () => {
    const spec = '{hosts: [a], addresses: [10.0.0.0/8], resolution: DNS, ports: [{number: 80}]}';
    const text = manifest(istio, 'ServiceEntry', spec);
    const { diagnostics } = parseManifests([{ path: 'a.yaml', text }], { evaluateRule, layer: 'schema' });
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'required-field',
    ]);
  });

  it('is not asked without an evaluator', () => {
    const text = manifest(gatewayApi, 'GRPCRoute', '{rules: [{filters: [{type: RequestMirror}]}]}');
    const { diagnostics } = parseManifests([{ path: 'a.yaml', text }]);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('one mistake', () => {
  it('gives one message where the rules of the CRD and istiod say the same', () => {
    const spec = '{selector: {matchLabels: {a: b}}, targetRefs: [{kind: Service, name: a}]}';
    const text = manifest(security, 'AuthorizationPolicy', spec);
    const { diagnostics } = parseManifests([{ path: 'a.yaml', text }], { evaluateRule });
    expect(diagnostics.map(({ message }) => message)).toEqual(['istio-one-selector']);
  });
});

describe('a rule', () => {
  const failing = (rule: CelRule): ReturnType<typeof violationsOf> => {
    const schema: SchemaNode = { properties: { a: { items: { type: 'integer', rules: [rule] } } } };
    return violationsOf({ value: { a: [1, 2] }, schema, definitions: [] }, evaluateRule);
  };

  it('is asked of every value it stands at, with whole numbers as such', () => {
    expect(failing({ rule: 'self % 2 == 1' }).map(({ path }) => path)).toEqual([['a', 1]]);
  });

  it('may compute its message, and name the field it is about', () => {
    const rule = { rule: 'self < 2', messageExpression: '"found " + string(self)', fieldPath: ".b['c d']" };
    expect(failing(rule)).toEqual([
      { path: ['a', 1, 'b', 'c d'], rule, verdict: { kind: 'violated', message: 'found 2' } },
    ]);
  });

  it('without a message is its own message', () => {
    expect(failing({ rule: 'self < 2' })[0]?.verdict).toEqual({ kind: 'violated', message: 'failed rule: self < 2' });
  });

  it('that compares with an earlier object is passed over', () => {
    const never: RuleEvaluator = () => ({ kind: 'violated', message: 'asked' });
    const schema: SchemaNode = { type: 'string', rules: [{ rule: 'self == oldSelf' }] };
    expect(violationsOf({ value: 'a', schema, definitions: [] }, never)).toEqual([]);
  });
});

function manifest(apiVersion: string, kind: string, spec: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\nspec: ${spec}\n`;
}

function saidOf(apiVersion: string, kind: string, spec: string): unknown[] {
  const text = manifest(apiVersion, kind, spec);
  const { diagnostics } = parseManifests([{ path: 'a.yaml', text }], { evaluateRule, layer: 'schema' });
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ params }) => [params['field'], params['message']]);
}

function rootsOf({ versions }: (typeof schemaFiles)[number]['kinds'][number]): readonly SchemaNode[] {
  return versions.map(([, schema]) => schema);
}

function rulesOf(node: SchemaNode): readonly string[] {
  if (typeof node === 'string') return [];
  const children = [...Object.values(node.properties ?? {}), node.values, node.items].filter(
    (child) => child !== undefined,
  );
  return [
    ...(node.rules ?? []).flatMap(({ rule, messageExpression = 'true' }) => [rule, messageExpression]),
    ...children.flatMap(rulesOf),
  ];
}

/** Names of all functions called anywhere in an expression; operators are evaluated by the planner itself. */
function functionsOf(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(functionsOf);
  if (typeof tree !== 'object' || tree === null) return [];
  const inside = Object.values(tree).flatMap(functionsOf);
  if (!('function' in tree) || typeof tree.function !== 'string' || !/^[a-zA-Z]/.test(tree.function)) return inside;
  // `format.dns1123Label()` is parsed as a method of a variable.
  const target = 'target' in tree ? identifierOf(tree.target) : undefined;
  return [target === 'format' ? `format.${tree.function}` : tree.function, ...inside];
}

function identifierOf(node: unknown): unknown {
  const { exprKind } = (node ?? {}) as { readonly exprKind?: { readonly value?: { readonly name?: unknown } } }; // a node of the tree
  return exprKind?.value?.name;
}

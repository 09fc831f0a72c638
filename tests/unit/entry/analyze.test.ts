// `meshscope analyze`, and the conformance step of that name: what they read, and what comes out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { analyze } from '../../../src/entry/commands/analyze.ts';
import type { Env } from '../../../src/entry/commands/conformance/environment.ts';
import { runCase } from '../../../src/entry/commands/conformance/run-case.ts';
import { UsageError } from '../../../src/entry/commands/usage.ts';
import '../provide-envoys.ts';

const route = (host: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {hosts: [web], http: [{route: [{destination: {host: ${host}}}]}]}
`;
const service = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
`;

describe('meshscope analyze', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshscope-'));
  afterEach(() => {
    vi.restoreAllMocks();
  });

  async function analyzed(text: string, ...options: readonly string[]) {
    const path = join(folder, 'a.yaml');
    writeFileSync(path, text);
    let output = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
      output += String(chunk);
      for (const done of rest) if (typeof done === 'function') done();
      return true;
    });
    const code = await analyze([path, ...options]);
    rmSync(path);
    return { code, output: output.replaceAll(path, 'a.yaml') };
  }

  it('says where each finding is, by Istio’s codes, and ends with 1 on an error', async () => {
    const { code, output } = await analyzed(`${route('lost')}---\n${service}`);
    expect(output).toBe(
      'a.yaml:4:59: error: No Service and no ServiceEntry has the host “lost”: requests that are routed there fail. [IST0101]\n',
    );
    expect(code).toBe(1);
  });

  it('says nothing and ends with 0 where everything fits', async () => {
    expect(await analyzed(`${route('web')}---\n${service}`)).toEqual({ code: 0, output: '' });
  });

  it('says what is refused, and nothing more of it', async () => {
    const { code, output } = await analyzed(route('lost').replace('hosts: [web]', 'hosts: [web], host: web'));
    expect(output).toBe('a.yaml:4:22: error: Unknown field “spec.host”. Did you mean hosts? [unknown-field-near]\n');
    expect(code).toBe(1);
  });

  it('takes namespaces by their labels, or as one says', async () => {
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
    expect((await analyzed(namespace)).output).toMatch(/^a\.yaml:3:18: info: .*\[IST0102\]\n$/);
    expect(await analyzed(namespace, '--mesh', 'ambient')).toEqual({ code: 0, output: '' });
    expect(await analyzed(namespace, '--mesh', 'sidecar', '--format', 'json')).toEqual({ code: 0, output: '[]\n' });
  });

  it('tells of wrong words', async () => {
    await expect(analyze(['a.yaml', '--mesh', 'none'])).rejects.toThrow(UsageError);
    await expect(analyze(['a.yaml', '--format', 'xml'])).rejects.toThrow(UsageError);
    await expect(analyze([])).rejects.toThrow(UsageError);
  });
});

describe('the step analyze', () => {
  function messagesOf(manifests: readonly string[], analyzer: string, env: Env = {}): readonly string[] {
    const { results } = runCase({ seq: 1, manifests: [...manifests], env, steps: [{ kind: 'analyze', analyzer }] });
    const [result] = results as readonly { messages: readonly { code: string; origin: string; analyzer?: string }[] }[];
    return (result?.messages ?? [])
      .filter((message) => message.analyzer === analyzer)
      .map(({ code, origin }) => `${code} ${origin}`);
  }

  it('reads manifests as files: an origin has a namespace where one is written', () => {
    const bare = route('lost').replace(', namespace: shop', '');
    const asked = 'virtualservice.DestinationHostAnalyzer';
    expect(messagesOf([bare], asked)).toEqual(['IST0101 VirtualService web']);
    expect(messagesOf([route('lost')], asked)).toEqual(['IST0101 VirtualService shop/web']);
  });

  it('takes lists apart, and an object as its last document says', () => {
    const item = JSON.stringify({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'listed' },
      spec: { hosts: ['a'], gateways: ['lost'] },
    });
    const listed = `apiVersion: v1\nkind: List\nitems: [${item}]\n`;
    const mended = item.replace('"lost"', '"mesh"');
    expect(messagesOf([listed], 'virtualservice.GatewayAnalyzer')).toEqual([
      'IST0101 VirtualService listed',
      'IST0132 VirtualService listed',
    ]);
    expect(messagesOf([`${listed}---\n${mended}\n`], 'virtualservice.GatewayAnalyzer')).toEqual([]);
  });

  it('passes over a document that cannot be read', () => {
    expect(messagesOf([`a: [\n---\n${route('lost')}`], 'virtualservice.DestinationHostAnalyzer')).toEqual([
      'IST0101 VirtualService shop/web',
    ]);
  });

  it('has an ingress gateway, unless MeshConfig does without', () => {
    const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}
`;
    const asked = 'gateway.IngressGatewayPortAnalyzer';
    expect(messagesOf([gateway], asked)).toEqual([]);
    const env = { meshConfig: { ingressControllerMode: 'OFF' } };
    expect(messagesOf([gateway], asked, env)).toEqual(['IST0101 Gateway front']);
  });

  it('compares clusters, and reads MeshNetworks', () => {
    const other = service.replace('port: 80', 'port: 81');
    expect(messagesOf([service], 'multicluster.ServiceAnalyzer', { cluster2: [other] })).toEqual([
      'IST0170 Service shop/web',
    ]);
    const meshNetworksYaml = 'networks: {here: {endpoints: [{fromRegistry: nowhere}]}}';
    expect(messagesOf([], 'multicluster.MeshNetworksAnalyzer', { meshNetworksYaml })).toEqual([
      'IST0126 MeshNetworks istio-system/meshnetworks',
    ]);
  });

  it('says what the checks of single objects say, in the name of their family', () => {
    const twice = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: twice}
spec: {hosts: [a], http: [{route: [{destination: {host: a}}]}, {route: [{destination: {host: b}}]}]}
`;
    const asked = 'schema.ValidationAnalyzer';
    expect(messagesOf([twice], asked)).toEqual(['IST0130 VirtualService twice']);
    expect(messagesOf([twice.replace('name: twice', 'name: twice, namespace: shop')], asked)).toEqual([
      'IST0130 VirtualService shop/twice',
    ]);
  });
});

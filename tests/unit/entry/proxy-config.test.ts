// `meshscope proxy-config` and `ztunnel-config`: istioctl's tables of what the proxies of a simulated cluster hold.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { proxyConfig, ztunnelConfig } from '../../../src/entry/commands/proxy-config.ts';
import { UsageError } from '../../../src/entry/commands/usage.ts';
import { yamlValueOf } from '../../../src/manifests/index.ts';
import '../provide-envoys.ts';

const manifests = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: web}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
`;

const folder = mkdtempSync(join(tmpdir(), 'meshscope-'));
const file = join(folder, 'shop.yaml');
writeFileSync(file, manifests);
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Command = (args: readonly string[]) => Promise<number>;

async function printed(command: Command, ...args: readonly string[]) {
  let output = '';
  let errors = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
    output += String(chunk);
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    errors += String(chunk);
    return true;
  });
  const code = await command(args);
  vi.restoreAllMocks();
  return { code, errors, lines: output.split('\n') };
}

const sidecar = [file, '--mesh', 'sidecar', '--at', '12s'];
const ambient = [file, '--mesh', 'ambient', '--at', '12s'];

describe('proxy-config', () => {
  it.each([
    [
      'c',
      'web.shop',
      /^SERVICE FQDN {5,}PORT {6}SUBSET {5}DIRECTION/,
      /^web\.shop\.svc\.cluster\.local +80 +- +outbound +EDS$/,
    ],
    [
      'listener',
      'deploy/web.shop',
      /^ADDRESSES +PORT +MATCH/,
      /^0\.0\.0\.0 +15006 Trans: raw_buffer; Addr: \*:80 +Cluster: inbound\|80\|\|$/,
    ],
    ['secret', 'web.shop', /^RESOURCE NAME +TYPE +STATUS/, /^default +Cert Chain +ACTIVE +true/],
  ])('prints the table %s of %s', async (table, pod, head, line) => {
    const { code, lines } = await printed(proxyConfig, table, pod, ...sidecar);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(head);
    expect(lines).toContainEqual(expect.stringMatching(line));
  });

  it('says what proxies there are where the pod has none', async () => {
    const { code, errors } = await printed(proxyConfig, 'routes', 'api', '-n', 'shop', ...sidecar);
    expect(code).toBe(1);
    expect(errors).toMatch(/^meshscope: api has no Envoy at 12 s\. There are:\n {2}sidecar web-\S+\.shop\n$/);
  });

  it('knows its tables', async () => {
    await expect(printed(proxyConfig, 'bootstrap', 'web')).rejects.toThrow(UsageError);
  });
});

describe('ztunnel-config', () => {
  it('prints what the ztunnel of a pod knows of it, all tables behind each other', async () => {
    const { code, lines } = await printed(ztunnelConfig, 'all', '--pod', 'web.shop', ...ambient);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^NAMESPACE +POD NAME +ADDRESS +NODE +WAYPOINT PROTOCOL$/);
    expect(lines).toContainEqual(expect.stringMatching(/^shop +web-\S+ +10\.\S+ +\S+ +None +HBONE$/));
    expect(lines).toContainEqual(expect.stringMatching(/^shop +web +10\.\S+ +None +1\/1$/));
    expect(lines).toContainEqual(expect.stringMatching(/^spiffe:\/\/cluster\.local\/ns\/shop\/sa\/default +Leaf/));
  });

  it.each([
    ['json', (text: string): unknown => JSON.parse(text)],
    ['yaml', yamlValueOf],
  ] as const)('prints what is behind the lines as %s', async (form, read) => {
    const clusters = await printed(proxyConfig, 'clusters', 'web.shop', '-o', form, ...sidecar);
    expect(read(clusters.lines.join('\n'))).toContainEqual(
      expect.objectContaining({ name: 'inbound|80||', type: 'ORIGINAL_DST' }),
    );
    const workloads = await printed(ztunnelConfig, 'workload', '-o', form, ...ambient);
    expect(read(workloads.lines.join('\n'))).toContainEqual(
      expect.objectContaining({ namespace: 'shop', protocol: 'HBONE' }),
    );
  });

  it('knows three forms', async () => {
    await expect(printed(proxyConfig, 'clusters', 'web.shop', '-o', 'xml', ...sidecar)).rejects.toThrow(UsageError);
  });

  it('has a ztunnel for each node, and none for another', async () => {
    const { code, errors } = await printed(ztunnelConfig, 'w', '--node', 'moon', ...ambient);
    expect(code).toBe(1);
    expect(errors).toMatch(/no ztunnel serves moon/);
  });
});

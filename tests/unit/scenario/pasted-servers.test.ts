// What a pasted server without a program answers, by what its Service and its image say, as data.
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../src/host/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

interface Server {
  readonly image?: string;
  /** Of the container; '' for none. */
  readonly ports: string;
  readonly service: string;
}

function answersOf({ image = 'app', ports, service }: Server, url: string): readonly string[] {
  const text = `
{apiVersion: v1, kind: Service, metadata: {name: server}, spec: {selector: {app: server}, ports: [${service}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: server, labels: {app: server}}, spec: {containers: [{name: a, image: ${image}, ports: [${ports}]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: a, image: curl}]}}
`;
  const run = new Run({ scenario: '', manifests: [{ path: 'a.yaml', text }], mesh: 'none' });
  const ready = run.advanceUntilReady(20_000_000);
  const target = parseTarget(url);
  if (ready === undefined || target === undefined) throw new Error('the test has no server or no URL');
  run.ask(ready, { from: 'default/client', target, count: 1, method: 'GET', headers: [] });
  run.advance(ready + 2_000_000);
  return Object.keys(run.summary().requests.byResult);
}

describe('a pasted server', () => {
  test.each<[string, Server, string, string]>([
    [
      'whose port is named tcp-service answers HTTP all the same',
      { ports: 'containerPort: 8080', service: '{name: tcp-service, port: 8080}' },
      'http://server:8080/',
      '200',
    ],
    [
      'whose port is named tcp-service answers gRPC all the same',
      { ports: 'containerPort: 8080', service: '{name: tcp-service, port: 8080}' },
      'grpc://server:8080/demo.Catalog/List',
      '200',
    ],
    [
      'whose port is named tcp echoes bytes',
      { ports: 'containerPort: 9000', service: '{name: tcp, port: 9000}' },
      'tcp://server:9000',
      'ok',
    ],
    [
      'whose port is declared Redis speaks no HTTP',
      { ports: 'containerPort: 6379', service: '{name: redis, port: 6379}' },
      'http://server:6379/',
      'protocol error',
    ],
    [
      'whose container declares no port listens on the target port',
      { ports: '', service: '{port: 80, targetPort: 3000}' },
      'http://server/',
      '200',
    ],
    [
      'with a named target port listens there',
      { ports: '{containerPort: 8443, name: web}', service: '{name: https, port: 443, targetPort: web}' },
      'https://server/',
      '200',
    ],
    [
      'that exports metrics of MySQL speaks HTTP',
      { image: 'prom/mysqld-exporter:v0.17.2', ports: 'containerPort: 9104', service: '{name: metrics, port: 9104}' },
      'http://server:9104/metrics',
      '200',
    ],
  ])('%s', (_, server, url, expected) => {
    const ports = server.ports === '' || server.ports.startsWith('{') ? server.ports : `{${server.ports}}`;
    expect(answersOf({ ...server, ports }, url)).toEqual([expected]);
  });

  test.each<[string, string, Server]>([
    ['MySQL', 'mysql greeting', { image: 'mariadb:12', ports: '{containerPort: 3307}', service: '{port: 3307}' }],
    ['SMTP', 'smtp greeting', { ports: '{containerPort: 25}', service: '{name: smtp, port: 25}' }],
    ['NATS', 'nats info', { image: 'nats', ports: '{containerPort: 4222}', service: '{name: client, port: 4222}' }],
  ])('of %s speaks first', (_, greeting, { image = 'app', ports, service }) => {
    const text = `
{apiVersion: v1, kind: Service, metadata: {name: server}, spec: {selector: {app: server}, ports: [${service}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: server, labels: {app: server}}, spec: {containers: [{name: a, image: ${image}, ports: [${ports}]}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, annotations: {meshscope.dev/calls: "tcp://server:${/\d+/.exec(ports)?.[0] ?? ''} every 1s"}}
spec: {containers: [{name: a, image: client}]}
`;
    const run = new Run({ scenario: '', manifests: [{ path: 'a.yaml', text }], mesh: 'none' });
    run.advance(10_000_000);
    const said = [...run.trace.select(['packet'])].map((packet) => JSON.stringify(packet));
    expect(said.some((packet) => packet.includes(greeting))).toBe(true);
  });
});

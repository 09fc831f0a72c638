import { expect, test } from 'vitest';
import { parseCallText, parseScenario } from '../../../src/scenario/format.ts';

test.each([
  ['http://orders:8080/ on start', { url: 'http://orders:8080/' }],
  ['http://orders:8080/ every 200ms', { url: 'http://orders:8080/', every: '200ms' }],
  ['grpc://orders:9000/s/M every 1s', { url: 'grpc://orders:9000/s/M', every: '1s' }],
  ['grpc://orders:9000/s/M client stream every 1s', { url: 'grpc://orders:9000/s/M', stream: 'client', every: '1s' }],
  ['grpc://orders:9000/s/M server stream every 1s', { url: 'grpc://orders:9000/s/M', stream: 'server', every: '1s' }],
  ['grpc://orders:9000/s/M  bidi  stream  every 1s', { url: 'grpc://orders:9000/s/M', stream: 'bidi', every: '1s' }],
  ['http://orders:8080/ bidi stream every 1s', undefined],
  ['grpc://orders:9000/s/M both stream every 1s', undefined],
  ['grpc://orders:9000/s/M bidi stream on start', undefined],
  ['http://orders:8080/ every soon', undefined],
  ['http://orders:8080/', undefined],
])('%s', (text, expected) => {
  expect(parseCallText(text)).toEqual(expected);
});

test.each([
  [{ url: 'grpc://orders:9000/s/M', stream: 'bidi', every: '1s', count: 3 }, true],
  [{ url: 'grpc://orders:9000/s/M', stream: 'bidi' }, false],
  [{ url: 'http://orders:8080/', stream: 'bidi', every: '1s' }, false],
  [{ url: 'grpc://orders:9000/s/M', stream: 'bidi', every: '1s', keepAlive: false }, false],
])('a scenario’s call %j is taken or not (%s)', (call, isTaken) => {
  const spec = { programs: [{ workload: 'shop/web', calls: [call] }] };
  const document = { apiVersion: 'meshscope.dev/v1', kind: 'Scenario', metadata: { name: 'calls' }, spec };
  const { diagnostics } = parseScenario({ path: 'scenario.yaml', text: JSON.stringify(document) });
  expect(diagnostics.filter(({ severity }) => severity === 'error').length === 0).toBe(isTaken);
});

// HTTP/1.0 through sidecars. Where first bytes decide it is no HTTP, so that it goes on as bytes: at the client's side always, at the
// server's where its port is not declared. A port that is declared as HTTP answers 426 unless istiod or the proxy's metadata says otherwise.
// Source: envoyproxy/envoy:source/common/http/http1/codec_impl.cc checkProtocolVersion, common/http/conn_manager_impl.cc at 1.37;
// istio/istio:pilot/pkg/networking/core/{listener,listener_inbound,gateway}.go PILOT_HTTP10 at 1.31.
import { describe, expect, test } from 'vitest';
import { NO_RECORD } from '../../../../src/kernel/index.ts';
import type { Scene, SceneOptions } from '../istio-sidecar/scene.ts';
import { app, disagreements, namespace, play, service } from '../istio-sidecar/scene.ts';

const from = 'shop/web';
const to = 'http://orders:8080/';
const old = [{ from, to, isHttp10: true }];

interface Port {
  readonly name?: string;
  /** ISTIO_META_HTTP10 of the server’s proxy. */
  readonly metadata?: string;
}

function ask({ name = 'http', metadata = '' }: Port, options: SceneOptions = {}): Scene {
  const annotations =
    metadata === ''
      ? {}
      : { 'proxy.istio.io/config': JSON.stringify({ proxyMetadata: { ISTIO_META_HTTP10: metadata } }) };
  const manifests = [
    namespace('shop'),
    app('shop/web'),
    app('shop/orders', { annotations }),
    service('shop/orders', name === '' ? { port: 8080 } : { name, port: 8080 }),
  ];
  const scene = play(manifests, old, { seconds: 3, ...options });
  expect(disagreements(scene.run).wrong).toEqual([]);
  return scene;
}

/** Versions of the HTTP/1 messages of the request, as they went over the wire: `>1.0` from a client, `<1.1` to one. */
function spoken({ run }: Scene): readonly string[] {
  const asked = [...run.trace.select(['request'])].find(({ tag }) => tag.startsWith('ask'));
  return [...run.trace.select(['packet'])].flatMap(({ request, message, toServer }) =>
    request === asked?.id && message.layer === 'http1' ? [`${toServer ? '>' : '<'}${message.version ?? '1.1'}`] : [],
  );
}

describe('HTTP/1.0', () => {
  test('to a port that is declared as HTTP passes the client’s proxy as bytes, and the server’s answers 426', () => {
    const scene = ask({});
    expect(scene.results).toEqual(['426 DPE']);
    expect(scene.log.find((line) => line.includes(' 426 '))).toMatch(
      /"- - HTTP\/1\.1" 426 DPE low_version - "-" 0 16 0 - "-" "-" "-" "-" "-" - - 10\.[\d.]+:8080 /,
    );
    expect(scene.log.find((line) => line.includes(' PassthroughCluster '))).toContain('"- - -" 0 - - - "-"');
    expect(spoken(scene)).toEqual(['>1.0', '>1.0', '<1.1', '<1.1']);
    // Why names the rule, and the line that had the port read as HTTP.
    const [refusal] = scene.decisions('envoy.codec');
    expect(refusal).toMatchObject({ chosen: '426 low_version', origin: { kind: 'Service', name: 'orders' } });
    const [why] = scene.run.explain(refusal?.id ?? NO_RECORD)?.because ?? [];
    expect(why).toMatchObject({
      rule: 'envoy.codec.http10-refused',
      params: { listener: 'virtualInbound', port: 8080 },
    });
  });

  test('to a port whose protocol is found out goes on as bytes, and is answered', () => {
    const scene = ask({ name: '' });
    expect(scene.results).toEqual(['200']);
    expect(scene.log.every((line) => line.includes('"- - -" 0 - - - "-"'))).toBe(true);
    expect(new Set(spoken(scene))).toEqual(new Set(['>1.0', '<1.0']));
  });

  test.each(['http', ''])('is taken where istiod says so, and goes on as HTTP/1.1 (port named “%s”)', (name) => {
    const scene = ask({ name }, { scenario: { istiod: { PILOT_HTTP10: true } } });
    expect(scene.results).toEqual(['200']);
    expect(scene.log).toHaveLength(2);
    expect(scene.log.find((line) => line.includes('outbound|8080|'))).toContain('"GET / HTTP/1.0" 200 - via_upstream');
    expect(scene.log.find((line) => line.includes('inbound|8080|'))).toContain('"GET / HTTP/1.1" 200 - via_upstream');
    // Application to proxy and back in 1.0; between proxies and to the server 1.1.
    expect(spoken(scene)).toEqual(['>1.0', '>1.1', '>1.1', '<1.1', '<1.1', '<1.0']);
  });

  test.each([
    ['1', '200'],
    ['true', '426 DPE'],
  ])('is taken by the one proxy whose ISTIO_META_HTTP10 is 1 (%s)', (metadata, result) => {
    expect(ask({ metadata }).results).toEqual([result]);
  });

  test('in a scenario is a call’s version: a connection for each', () => {
    const calls = [{ url: to, every: '1s', count: 3, version: 'HTTP/1.0' }];
    const { run } = ask({}, { scenario: { istiod: { PILOT_HTTP10: true }, programs: [{ workload: from, calls }] } });
    const own = [...run.trace.select(['request'])].filter(({ tag, url }) => tag === '' && url === to);
    const answers = [...run.trace.select(['response'])].filter(({ request }) => own.some(({ id }) => id === request));
    expect(answers.map(({ result }) => result)).toEqual(['200', '200', '200']);
    const first = [...run.trace.select(['packet'])].filter(
      ({ request, message }) =>
        own.some(({ id }) => id === request) && message.layer === 'http1' && message.version === '1.0',
    );
    expect(new Set(first.map(({ connection }) => connection)).size).toBe(3);
  });
});

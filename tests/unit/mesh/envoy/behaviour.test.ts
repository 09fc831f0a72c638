// What an Envoy does on the way of a request beyond forwarding it: seen in whole runs with sidecars.
import { describe, expect, test } from 'vitest';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, disagreements, istio, namespace, play as playOnly, service } from '../istio-sidecar/scene.ts';

/** In each of these runs every decision comes out the same when it is made again with its reasons. */
const play: typeof playOnly = (...scene) => {
  const played = playOnly(...scene);
  const { decisions, wrong } = disagreements(played.run);
  expect(decisions).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
  return played;
};

const http = { name: 'http', port: 8080 };
const shop = [namespace('shop'), app('shop/web'), app('shop/orders'), service('shop/orders', http)];
const ordersUrl = 'http://orders:8080/';
const toOrders = [{ destination: { host: 'orders' } }];

const rule = (more: object): string =>
  istio('VirtualService', 'shop/orders', { hosts: ['orders'], http: [{ route: toOrders, ...more }] });
const policy = (trafficPolicy: object): string =>
  istio('DestinationRule', 'shop/orders', { host: 'orders', trafficPolicy });
const program = (workload: string, listen: object): object => ({
  workload,
  listens: [{ port: 8080, protocol: 'http', ...listen }],
});

/** Pods that answered what was asked, in order: the app's name and the pod's number. */
const served = ({ run }: Scene): readonly string[] =>
  [...run.trace.select(['served'])]
    .filter(({ request }) => request >= 0 && run.trace.getAs(request, 'request').tag.startsWith('ask'))
    .map(({ process }) => run.trace.entity(process).path.split('/')[2] ?? '');

/** Lines of the client's proxy: those whose cluster leads out. */
const clientLog = ({ log }: Scene): readonly string[] => log.filter((line) => line.includes('outbound|8080|'));

describe('a fault', () => {
  const abort = { percentage: { value: 100 }, httpStatus: 418 };
  test('aborts before anything is sent', () => {
    const scene = play([...shop, rule({ fault: { abort } })], [{ from: 'shop/web', to: ordersUrl }]);
    expect(scene.results).toEqual(['418 FI']);
    expect(scene.log).toHaveLength(1);
    expect(scene.log[0]).toContain('" 418 FI fault_filter_abort - ');
    expect(served(scene)).toEqual([]);
  });

  test('delays what is forwarded then, and the log says so', () => {
    const delay = { percentage: { value: 100 }, fixedDelay: '2s' };
    const scene = play([...shop, rule({ fault: { delay } })], [{ from: 'shop/web', to: ordersUrl }]);
    expect(scene.results).toEqual(['200']);
    expect(scene.responses[0]?.latency).toBeGreaterThan(2_000_000);
    expect(clientLog(scene)[0]).toContain('" 200 DI via_upstream - ');
  });

  test('meets a share of requests', () => {
    const half = { ...abort, percentage: { value: 50 } };
    const scene = play([...shop, rule({ fault: { abort: half } })], [{ from: 'shop/web', to: ordersUrl, count: 60 }]);
    const aborted = scene.results.filter((result) => result === '418 FI').length;
    expect(aborted).toBeGreaterThan(15);
    expect(aborted).toBeLessThan(45);
    expect(new Set(scene.decisions('envoy.fault').map(({ chosen }) => chosen))).toEqual(
      new Set(['abort 418', 'no fault']),
    );
  });

  test('is not in the time of a route’s timeout, and retries do not help', () => {
    const delay = { percentage: { value: 100 }, fixedDelay: '2s' };
    const scene = play([...shop, rule({ fault: { delay }, timeout: '1s' })], [{ from: 'shop/web', to: ordersUrl }]);
    expect(scene.results).toEqual(['200']);
    const retries = { attempts: 3, retryOn: '5xx' };
    const aborted = { percentage: { value: 100 }, httpStatus: 503 };
    const again = play([...shop, rule({ fault: { abort: aborted }, retries })], [{ from: 'shop/web', to: ordersUrl }]);
    expect(again.results).toEqual(['503 FI']);
  });
});

describe('a mirror', () => {
  const shadow = [app('shop/shadow'), service('shop/shadow', http)];
  const mirrored = rule({ mirror: { host: 'shadow' } });
  const request = [{ from: 'shop/web', to: ordersUrl }];

  test('gets a copy of the request under the same host, and its answer is nobody’s', () => {
    const scenario = { programs: [program('shop/shadow', { status: 503 })] };
    const scene = play([...shop, ...shadow, mirrored], request, { scenario });
    expect(scene.results).toEqual(['200']);
    expect(served(scene).map((pod) => pod.split('-')[0])).toEqual(expect.arrayContaining(['orders', 'shadow']));
    expect(scene.log.filter((line) => line.includes('" 503 - via_upstream'))).toHaveLength(1);
  });

  test('that is not there changes nothing', () => {
    const scene = play([...shop, rule({ mirror: { host: 'nobody' } })], request);
    expect(scene.results).toEqual(['200']);
  });
});

describe('the time of a try', () => {
  const slow = 'http://orders:8080/?delay=1s';
  test('ends the try, and the next one begins', () => {
    const retries = { attempts: 2, perTryTimeout: '200ms', retryOn: '5xx' };
    const scene = play([...shop, rule({ retries })], [{ from: 'shop/web', to: slow }]);
    expect(scene.results).toEqual(['504 URX,UT']);
    expect(clientLog(scene)[0]).toContain('" 504 URX,UT upstream_per_try_timeout - ');
    expect(scene.decisions('envoy.endpoint')).toHaveLength(3);
    // Three tries of 200 ms and the waits between them.
    expect(scene.responses[0]?.latency).toBeGreaterThan(600_000);
    expect(scene.responses[0]?.latency).toBeLessThan(900_000);
  });

  test('is all there is where the policy tries nothing again', () => {
    const retries = { attempts: 2, perTryTimeout: '200ms', retryOn: 'connect-failure' };
    const scene = play([...shop, rule({ retries })], [{ from: 'shop/web', to: slow }]);
    expect(scene.results).toEqual(['504 UT']);
  });
});

describe('CORS', () => {
  const corsPolicy = {
    allowOrigins: [{ exact: 'https://shop.example.com' }],
    allowMethods: ['GET', 'PUT'],
    allowHeaders: ['x-token'],
    maxAge: '24h',
  };
  const ask = (method: string, origin: string, more: readonly (readonly [string, string])[] = []): Scene =>
    play(
      [...shop, rule({ corsPolicy })],
      [{ from: 'shop/web', to: ordersUrl, method, headers: [['origin', origin], ...more] }],
    );
  /** Headers of the answer as the application got it. */
  const answer = ({ run }: Scene): Readonly<Record<string, string>> => {
    const asked = [...run.trace.select(['request'])].find(({ tag }) => tag.startsWith('ask'));
    const packets = [...run.trace.select(['packet'])].filter(
      ({ request, toServer }) => request === asked?.id && !toServer,
    );
    const { message } = packets.at(-1) ?? {};
    return message?.layer === 'http1' && 'response' in message ? Object.fromEntries(message.response.headers) : {};
  };

  test('a preflight of an origin that is allowed is answered by the client’s proxy', () => {
    const scene = ask('OPTIONS', 'https://shop.example.com', [['access-control-request-method', 'PUT']]);
    expect(scene.results).toEqual(['200']);
    expect(served(scene)).toEqual([]);
    expect(answer(scene)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example.com',
      'access-control-allow-methods': 'GET,PUT',
      'access-control-allow-headers': 'x-token',
      'access-control-max-age': '86400',
    });
  });

  test('a preflight of another origin goes on to the server', () => {
    const scene = ask('OPTIONS', 'https://evil.example.com', [['access-control-request-method', 'PUT']]);
    expect(served(scene)).toHaveLength(1);
    expect(answer(scene)).not.toHaveProperty('access-control-allow-origin');
  });

  test('an answer tells the browser whether it may be read', () => {
    expect(answer(ask('GET', 'https://shop.example.com'))).toMatchObject({
      'access-control-allow-origin': 'https://shop.example.com',
    });
    expect(answer(ask('GET', 'https://evil.example.com'))).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('a circuit breaker', () => {
  const slow = 'http://orders:8080/?delay=1s';
  const four = Array.from({ length: 4 }, () => ({ from: 'shop/web', to: slow }));

  test('on connections and waiting requests lets one through and one wait', () => {
    const connectionPool = { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } };
    // In this schedule the first connection stands before the others ask for one; else the first request is the one that waits.
    const scene = play([...shop, policy({ connectionPool })], four, { seed: 4 });
    expect(scene.results.toSorted()).toEqual(['200', '200', '503 UO', '503 UO']);
    expect(clientLog(scene).find((line) => line.includes(' UO '))).toContain(
      '" 503 UO upstream_reset_before_response_started{overflow} - ',
    );
  });

  // All four find a pool without a connection: they wait, and each asks whether it may go when it gets one.
  test.each([1, 2, 3])('on requests lets no more be under way, whether they had to wait or not (seed %i)', (seed) => {
    const scene = play([...shop, policy({ connectionPool: { http: { http2MaxRequests: 3 } } })], four, { seed });
    expect(scene.results.toSorted()).toEqual(['200', '200', '200', '503 UO']);
    // Its connection was there: the line names the endpoint.
    expect(clientLog(scene).find((line) => line.includes(' UO '))).toMatch(/"10\.[\d.]+:8080" outbound/);
  });

  test('on waiting requests refuses who finds no connection, and no endpoint is named', () => {
    const connectionPool = { http: { http1MaxPendingRequests: 1 } };
    const scene = play([...shop, policy({ connectionPool })], four, { seed: 1 });
    expect(scene.results.filter((result) => result === '503 UO').length).toBeGreaterThan(0);
    expect(clientLog(scene).find((line) => line.includes(' UO '))).toContain(' "-" outbound|8080||');
  });

  test('on requests leaves HTTP/2 its one connection', () => {
    const http = { http2MaxRequests: 2, h2UpgradePolicy: 'UPGRADE' };
    const scene = play([...shop, policy({ connectionPool: { http } })], four);
    expect(scene.results.toSorted()).toEqual(['200', '200', '503 UO', '503 UO']);
  });

  test('on connections lets no more connections of bytes begin', () => {
    const bytes = [
      namespace('shop'),
      app('shop/web'),
      app('shop/orders'),
      service('shop/orders', { name: 'tcp', port: 8080 }),
    ];
    const scene = play([...bytes, policy({ connectionPool: { tcp: { maxConnections: 3 } } })], four);
    expect(scene.results.filter((result) => result === '200')).toHaveLength(3);
    expect(
      clientLog(scene).filter(
        (line) => line.includes('] "- - -" 0 UO - - "-" ') && line.includes(' "-" outbound|8080||'),
      ),
    ).toHaveLength(1);
  });

  test('on requests of a connection ends it after so many', () => {
    const connections = (scene: Scene): number => new Set(clientLog(scene).map((line) => line.split(' ').at(-5))).size;
    const asked = [{ from: 'shop/web', to: ordersUrl, count: 3 }];
    expect(connections(play(shop, asked))).toBe(1);
    const limited = policy({ connectionPool: { http: { maxRequestsPerConnection: 1 } } });
    expect(connections(play([...shop, limited], asked))).toBe(3);
  });
});

describe('a limit on retries', () => {
  const failing = { programs: [program('shop/orders', { status: 503 })] };
  const again = rule({ retries: { attempts: 2, retryOn: '5xx' } });
  const flags = (trafficPolicy: object): readonly string[] => {
    const asks = Array.from({ length: 6 }, () => ({ from: 'shop/web', to: ordersUrl }));
    const scene = play([...shop, again, policy(trafficPolicy)], asks, { scenario: failing });
    return clientLog(scene).map((line) => / 503 (\S+) via_upstream /.exec(line)?.[1] ?? line);
  };
  const count = (flag: string, flagged: readonly string[]): number => flagged.filter((one) => one === flag).length;

  test('is none unless somebody asks for it', () => {
    expect(count('URX', flags({ tls: { mode: 'ISTIO_MUTUAL' } }))).toBe(6);
  });
  test('lets only so many be under way; the others give up with UO', () => {
    const flagged = flags({ connectionPool: { http: { maxRetries: 1 } } });
    expect(count('UO', flagged)).toBeGreaterThan(2);
    expect(count('UO', flagged) + count('URX', flagged)).toBe(6);
    expect(count('URX', flagged)).toBeGreaterThan(0);
  });
  test('as a budget is a share of what is under way, but never below its least', () => {
    expect(count('UO', flags({ retryBudget: { percent: 0, minRetryConcurrency: 6 } }))).toBe(0);
    expect(count('UO', flags({ retryBudget: { percent: 0, minRetryConcurrency: 1 } }))).toBeGreaterThan(2);
    expect(count('UO', flags({ retryBudget: { percent: 100 } }))).toBe(0);
  });
});

describe('a connection to an endpoint', () => {
  const upstreams = (scene: Scene): readonly string[] => clientLog(scene).map((line) => line.split(' ').at(-5) ?? '');

  test('takes no more requests when it is as old as it may be', () => {
    const scenario = { programs: [{ workload: 'shop/web', calls: [`${ordersUrl} every 1s`] }] };
    const old = policy({ connectionPool: { tcp: { maxConnectionDuration: '1500ms' } } });
    const seen = new Set(upstreams(play([...shop, old], [], { scenario, seconds: 8 })));
    const kept = new Set(upstreams(play(shop, [], { scenario, seconds: 8 })));
    expect(kept.size).toBe(1);
    expect(seen.size).toBeGreaterThan(1);
  });

  test('of HTTP/2 carries only so many streams at a time', () => {
    const slow = Array.from({ length: 4 }, () => ({ from: 'shop/web', to: 'http://orders:8080/?delay=1s' }));
    const pool = (httpPool: object): number =>
      new Set(
        upstreams(
          play([...shop, policy({ connectionPool: { http: { h2UpgradePolicy: 'UPGRADE', ...httpPool } } })], slow),
        ),
      ).size;
    expect(pool({})).toBe(1);
    expect(pool({ maxConcurrentStreams: 2 })).toBe(2);
  });
});

describe('outlier detection', () => {
  const two = [
    namespace('shop'),
    app('shop/web'),
    app('shop/good', { labels: { tier: 'orders' } }),
    app('shop/bad', { labels: { tier: 'orders' } }),
    service('shop/orders', http, { selector: { tier: 'orders' } }),
  ];
  const scenario = { programs: [program('shop/bad', { status: 500 })] };
  const ask = (maxEjectionPercent: number): Scene =>
    play(
      [...two, policy({ outlierDetection: { consecutive5xxErrors: 2, baseEjectionTime: '30s', maxEjectionPercent } })],
      [{ from: 'shop/web', to: ordersUrl, count: 30 }],
      { scenario },
    );

  test('puts an endpoint out that failed twice in a row', () => {
    const { results } = ask(50);
    expect(results.filter((result) => result === '500')).toHaveLength(2);
    expect(results.slice(-10)).toEqual(Array(10).fill('200'));
  });

  test('puts nobody out where that would be too large a share', () => {
    expect(ask(10).results.filter((result) => result === '500').length).toBeGreaterThan(5);
  });

  test('takes for errors what it is told to', () => {
    const outlierDetection = { consecutive5xxErrors: 2, maxEjectionPercent: 50, baseEjectionTime: '30s' };
    const wrong = (outlierDetectionHttpErrorCodes: readonly number[]): number =>
      play(
        [...two, policy({ outlierDetection: { ...outlierDetection, outlierDetectionHttpErrorCodes } })],
        [{ from: 'shop/web', to: ordersUrl, count: 30 }],
        { scenario },
      ).results.filter((result) => result === '500').length;
    expect(wrong([500])).toBe(2);
    expect(wrong([429])).toBeGreaterThan(5);
  });
});

describe('a load balancer', () => {
  const many = [namespace('shop'), app('shop/web'), app('shop/orders', { replicas: 3 }), service('shop/orders', http)];
  const ask = (loadBalancer: object, headers: readonly (readonly [string, string])[] = []): readonly string[] =>
    served(play([...many, policy({ loadBalancer })], [{ from: 'shop/web', to: ordersUrl, count: 9, headers }]));

  test('in turn goes round', () => {
    const pods = ask({ simple: 'ROUND_ROBIN' });
    expect(new Set(pods.slice(0, 3)).size).toBe(3);
    expect(pods.slice(3, 6)).toEqual(pods.slice(0, 3));
  });

  test('by a header’s hash stays with one endpoint', () => {
    const consistentHash = { httpHeaderName: 'x-user' };
    expect(new Set(ask({ consistentHash }, [['x-user', 'jason']])).size).toBe(1);
    const users = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
      (user) => ask({ consistentHash }, [['x-user', user]])[0],
    );
    expect(new Set(users).size).toBeGreaterThan(1);
  });
});

describe('who is behind a request', () => {
  const onlyFrom = (block: string): string =>
    istio('AuthorizationPolicy', 'shop/orders', {
      selector: { matchLabels: { app: 'orders' } },
      rules: [{ from: [{ source: { remoteIpBlocks: [block] } }] }],
    });
  test.each([
    ['as its header says', '203.0.113.0/24', '200'],
    ['and nobody else', '198.51.100.0/24', '403'],
  ])('is told by x-forwarded-for: %s', (_, block, result) => {
    const headers = [['x-forwarded-for', '203.0.113.7']] as const;
    const scene = play([...shop, onlyFrom(block)], [{ from: 'shop/web', to: ordersUrl, headers }]);
    expect(scene.results).toEqual([result]);
    expect(scene.log[0]).toContain(' "203.0.113.7" ');
  });
});

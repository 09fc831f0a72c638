// UDP: datagrams find who listens, answers find their way back, and where nobody listens the client is told.
import { expect, test } from 'vitest';
import type { LinkEffect, Program } from '../../../src/host/index.ts';
import {
  appBoot,
  appService,
  appType,
  createNetns,
  machineType,
  NO_ENTITY,
  parseTarget,
  termExit,
} from '../../../src/host/index.ts';
import { datagramSocketType, faultsOf } from '../../../src/host/index.ts';
import type { Context } from '../../../src/kernel/index.ts';
import { instant, Kernel, millis, seed } from '../../../src/kernel/index.ts';
import { Trace } from '../../../src/trace/index.ts';

const sinkhole = { name: 'test.parent', handle: (self: object) => self };
const idle: Program = { boot: appBoot, listens: [], calls: [], exit: undefined, onTerm: termExit };
const echo = {
  port: 5353,
  protocol: 'udp',
  greeting: undefined,
  latency: appService,
  bind: undefined,
  status: 200,
  answers: 'echo',
  keepAliveTimeout: undefined,
  credential: undefined,
} as const;

/** A caller at 10.0.0.1 and a server for UDP port 5353 at 10.0.0.2, which are both up before the first call. */
function calling(
  url: string,
  setUp: (ctx: Context) => void = () => undefined,
): {
  readonly kernel: Kernel<Trace>;
  readonly trace: Trace;
  readonly results: readonly string[];
} {
  const trace = new Trace();
  const kernel = new Kernel({ seed: seed(1), sink: trace });
  trace.bindEntities(
    () => kernel.entityCount(),
    () => kernel.entities(),
  );
  const target = parseTarget(url);
  if (target === undefined) throw new Error('a URL');
  const call = {
    kind: 'request',
    target,
    method: '',
    headers: [],
    every: millis(500),
    count: 3,
    keepAlive: true,
    awaitsGreeting: false,
    isHttp10: false,
  } as const;
  kernel.setUp((ctx) => {
    setUp(ctx);
    const parent = ctx.create(sinkhole, 'parent', {});
    [
      { ...idle, boot: { ...appBoot, min: millis(500), max: millis(500) }, calls: [call] },
      { ...idle, listens: [echo] },
    ].forEach((program, index) => {
      const name = `n${index}`;
      const translations = new Map([
        ['udp/10.96.0.1:53', { name: 'shop/names', endpoints: [{ ip: '10.0.0.2', port: 5353 }] }],
        ['udp/10.96.0.2:53', { name: 'shop/none', endpoints: [] }],
      ]);
      const node = { name, zone: 'z', region: 'r', translations, sources: new Map<string, string>(), skew: 0 };
      const machine = ctx.create(machineType, `node/${name}`, node);
      const addresses = [`10.0.0.${index + 1}`];
      const netns = createNetns(ctx, `netns/${name}`, { machine, addresses, resolver: undefined }, NO_ENTITY);
      const info = { program: 'app', netns, parent, uid: 0 };
      const none = { clients: [], made: [], answered: 0, failed: 0 };
      const app = ctx.create(appType, `app/${name}`, { info, program, phase: 'booting', ...none });
      ctx.tell(app, { type: 'start' });
    });
  });
  kernel.run(instant(3_000_000));
  return {
    kernel,
    trace,
    results: [...trace.select(['response'])].map(({ result, detail }) => `${result} ${detail}`.trim()),
  };
}

test('datagrams are echoed without a handshake, all on one flow, which the server forgets when it is silent', () => {
  const { kernel, trace, results } = calling('udp://10.96.0.1:53');
  expect(results).toEqual(['ok', 'ok', 'ok']);
  const layers = [...trace.select(['packet'])].map(
    ({ message, toServer }) => `${message.layer} ${toServer ? '>' : '<'}`,
  );
  expect(layers).toEqual(['udp >', 'udp <', 'udp >', 'udp <', 'udp >', 'udp <']);
  expect([...trace.select(['accepted'])]).toHaveLength(1);
  expect([...trace.select(['connection'])][0]).toMatchObject({ dialled: '10.96.0.1:53', destination: '10.0.0.2:5353' });
  const flows = (): number => [...kernel.all(datagramSocketType)].filter(([, { role }]) => role === 'server').length;
  expect(flows()).toBe(1);
  kernel.run(instant(200_000_000));
  expect(flows()).toBe(0);
});

test('a port that nobody listens on, and a Service without endpoints, refuse', () => {
  expect(calling('udp://10.0.0.2:53').results).toEqual(Array(3).fill('refused 10.0.0.2:53: port unreachable'));
  expect(calling('udp://10.96.0.2:53').results[0]).toBe('refused 10.96.0.2:53: port unreachable');
  expect(calling('tcp://10.0.0.2:5353').results[0]).toBe('refused 10.0.0.2:5353 refused the connection');
});

test('what befalls a link befalls datagrams, which nobody sends again', () => {
  const weather =
    (effect: LinkEffect) =>
    (ctx: Context): void => {
      const fault = { kind: 'link', from: ['netns/n0'], to: '*', effect } as const;
      ctx.tell(faultsOf(ctx), { type: 'begin', name: 'weather', fault });
    };
  const lost = calling('udp://10.0.0.2:5353', weather({ kind: 'partition' }));
  expect(lost.results).toEqual([]);
  const drops = [...lost.trace.select(['dropped'])].map(({ reason }) => reason);
  expect(new Set(drops)).toEqual(new Set(['partition']));
  const twice = calling('udp://10.0.0.2:5353', weather({ kind: 'duplicate' }));
  expect([...twice.trace.select(['served'])]).toHaveLength(6);
});

test('an address that nobody holds swallows what is sent to it', () => {
  const { trace, results } = calling('udp://10.0.0.9:53');
  expect(results).toEqual([]);
  expect([...trace.select(['dropped'])][0]).toMatchObject({ reason: 'no route to host' });
});

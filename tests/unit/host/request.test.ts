import { expect, test } from 'vitest';
import type { Program } from '../../../src/host/index.ts';
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
import { Kernel, millis, instant, seed } from '../../../src/kernel/index.ts';
import { Trace } from '../../../src/trace/index.ts';

const sinkhole = { name: 'test.parent', handle: (self: object) => self };

function twoApps(url: string): { kernel: Kernel<Trace>; trace: Trace } {
  const trace = new Trace();
  const kernel = new Kernel({ seed: seed(1), sink: trace });
  trace.bindEntities(
    () => kernel.entityCount(),
    () => kernel.entities(),
  );
  kernel.setUp((ctx) => {
    const parent = ctx.create(sinkhole, 'parent', {});
    const idle: Program = { boot: appBoot, listens: [], calls: [], exit: undefined, onTerm: termExit };
    ['a', 'b'].forEach((name, index) => {
      const machine = ctx.create(machineType, `node/${name}`, {
        name,
        zone: 'z',
        region: 'r',
        translations: new Map(),
        sources: new Map(),
        skew: 0,
      });
      const netns = createNetns(
        ctx,
        `netns/${name}`,
        { machine, addresses: [`10.0.0.${index + 1}`], resolver: undefined },
        NO_ENTITY,
      );
      const target = parseTarget(url);
      const program: Program =
        index === 1
          ? {
              ...idle,
              listens: [
                {
                  port: 8080,
                  protocol: 'any',
                  greeting: undefined,
                  latency: appService,
                  bind: undefined,
                  status: 200,
                  answers: 'echo',
                  keepAliveTimeout: undefined,
                  credential: undefined,
                },
              ],
            }
          : {
              ...idle,
              calls:
                target === undefined
                  ? []
                  : [
                      {
                        kind: 'request',
                        target,
                        method: 'GET',
                        headers: [],
                        every: millis(500),
                        count: 3,
                        keepAlive: true,
                        awaitsGreeting: false,
                        isHttp10: false,
                      },
                    ],
            };
      const app = ctx.create(appType, `app/${name}`, {
        info: { program: 'app', netns, parent, uid: 0 },
        program,
        phase: 'booting',
        clients: [],
        made: [],
        answered: 0,
        failed: 0,
      });
      ctx.tell(app, { type: 'start' });
    });
  });
  kernel.run(instant(40_000_000));
  return { kernel, trace };
}

const results = (trace: Trace): string[] => [...trace.select(['response'])].map((response) => response.result);

test('an application calls another over HTTP and keeps its connection', () => {
  const { trace } = twoApps('http://10.0.0.2:8080/');
  expect(results(trace)).toEqual(expect.arrayContaining(['200']));
  expect([...trace.select(['connection'])].length).toBeLessThanOrEqual(2);
  expect(results(trace)).toHaveLength(3);
});

test.each([
  ['grpc://10.0.0.2:8080/shop.Orders/Place', '200'],
  ['tcp://10.0.0.2:8080', 'ok'],
  ['https://10.0.0.2:8080/', '200'],
  ['http://10.0.0.2:9/', 'refused'],
  ['http://10.0.0.9:8080/', 'unreachable'],
])('%s ends as %s', (url, result) => {
  expect(results(twoApps(url).trace)).toContain(result);
});

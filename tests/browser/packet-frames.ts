// Runs inside the browser: five thousand packets in flight over a standing layout, one frame after the other, exactly as the stage
// does it. Returns what a frame takes.

import { paintPackets } from '../../src/ui/scene/packet-painter.ts';
import { layoutOf, PacketFrame, packetsAt, RunIndex } from '../../src/view/index.ts';
import { RunBuilder, type BuiltPod } from '../unit/view/run-builder.ts';

export interface FrameFigures {
  readonly packets: number;
  /** Milliseconds from one frame to the next. */
  readonly intervalMedian: number;
  readonly intervalP95: number;
  /** Milliseconds of script within a frame. */
  readonly scriptMedian: number;
}

const INKS = {
  ground: '#fffefb',
  ring: '#1a1d22',
  ok: '#00755a',
  fail: '#b53c00',
  control: '#964678',
  probe: '#474d56',
  held: '#ffc53d',
  onFail: '#ffffff',
  proxy: '#39414c',
  onProxy: '#ffffff',
  stroke: 1,
  font: '600 11px monospace',
};

/** `count` packets on the connections of `pods` pods to one another, all of them under way for `SPAN` microseconds. */
const SPAN = 10_000_000;

async function measureFrames(count: number, frames: number): Promise<FrameFigures> {
  const index = runWith(count);
  const layout = layoutOf(index);
  const canvas = document.createElement('canvas');
  canvas.width = 1280;
  canvas.height = 720;
  document.body.replaceChildren(canvas);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  const view = { scale: 1, shiftX: 0, shiftY: 0, width: 1280, height: 720, density: 1, manner: 'travel' } as const;
  const frame = new PacketFrame();
  const intervals: number[] = [];
  const scripts: number[] = [];
  let last = await nextFrame();
  for (let at = 0; at < frames; at += 1) {
    const begin = performance.now();
    const t = SPAN * 0.1 + (at / frames) * SPAN * 0.8;
    packetsAt(index, layout, { since: t, t, cursor: index.trace.length, request: -1 }, frame);
    paintPackets(context, frame, INKS, view);
    scripts.push(performance.now() - begin);
    const now = await nextFrame();
    intervals.push(now - last);
    last = now;
  }
  return {
    packets: frame.count,
    intervalMedian: quantile(intervals, 0.5),
    intervalP95: quantile(intervals, 0.95),
    scriptMedian: quantile(scripts, 0.5),
  };
}

// The test calls it by this name.
Object.assign(globalThis, { measureFrames });

function runWith(count: number): RunIndex {
  const run = new RunBuilder();
  const machines = ['node-1', 'node-2', 'node-3'].map((name) => run.node(name, ''));
  const pods = ['web', 'orders', 'payments', 'mysql'].map((workload) =>
    machines.map((node) => run.pod(`${workload}-${node.name}`, { workload, node })),
  );
  const ends = (pod: BuiltPod) => ({ process: pod.app, netns: pod.netns, address: pod.address });
  const connections = pods
    .slice(1)
    .flatMap((callees, at) =>
      callees.flatMap((to) =>
        (pods[at] ?? []).map((from) =>
          run.connect({ from: ends(from), to: { ...ends(to), port: 80 }, link: 'network', span: 300 }),
        ),
      ),
    );
  for (let at = 0; at < count; at += 1) {
    const connection = connections[at % connections.length];
    if (connection === undefined) break;
    const message =
      at % 40 === 0 ? ({ layer: 'tcp', flag: 'RST' } as const) : ({ layer: 'bytes', what: 'echo' } as const);
    run.write(
      'packet',
      {
        connection: connection.connection,
        toServer: at % 2 === 0,
        message,
        request: -1 as never,
        stream: 0,
        encrypted: at % 3 === 0,
      },
      { duration: SPAN + at },
    );
  }
  const index = new RunIndex();
  index.receive(run.trace.slice(0, { texts: 0, data: 0, entities: 0 }));
  return index;
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

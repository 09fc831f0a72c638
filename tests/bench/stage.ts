// What the page does with ten thousand pods, apart from painting: taking the trace in by slices, laying it out, and making the still
// picture while time plays and while somebody drags the playhead. The run is built by hand, so that the engine's speed has no part in it.
import type { TraceSlice, WireMessage } from '../../src/trace/index.ts';
import { KeptLooks, layoutOf, PacketFrame, packetsAt, RunIndex, SceneMaker } from '../../src/view/index.ts';
import { part } from '../unit/view/indexed.ts';
import { RunBuilder, type BuiltPod } from '../unit/view/run-builder.ts';
import { processorTime, quantile, spread, type Spread } from './measure.ts';
import type { Report } from './report.ts';

const PODS = 10_000;
const REPLICAS = 50;
const NODES = 200;
/** Connections of every client pod. */
const CONNECTIONS = 3;
/** Slices in which the page gets the run. */
const SLICES = 60;
/** Simulated time between two frames: 1/5 of wall time at 60 frames a second. */
const FRAME = 3_200;
const FRAMES = 400;
const LOOKS = 60;

export function benchStage(report: Report): void {
  report.section(`Stage: ${PODS.toLocaleString('en')} pods of ${PODS / REPLICAS} workloads, all but the painting`);
  const run = bigRun();
  const whole = structuredClone(run.trace.slice(0, { texts: 0, data: 0, entities: 0 }));
  const index = grow(report, whole, run.trace.length);
  const end = run.now;
  const layout = layoutOf(index);
  const kept = new KeptLooks(index);
  const maker = new SceneMaker(index, layout, kept);
  const frame = new PacketFrame();
  const scenes: number[] = [];
  const packets: number[] = [];
  for (let at = 0; at < FRAMES; at += 1) {
    const t = end * 0.5 + at * FRAME;
    const cursor = index.cursorAt(t);
    scenes.push(processorTime(() => maker.at(cursor)));
    packets.push(processorTime(() => packetsAt(index, layout, { since: t - FRAME, t, cursor, request: -1 }, frame)));
  }
  report.print('the still picture, frame by frame', spread(scenes.slice(1)), 'ms', 'aim 4 ms');
  report.print('the still picture, frame by frame, 95th percentile', high(scenes.slice(1)), 'ms');
  report.print('packets, frame by frame', spread(packets), 'ms');
  const dragged: number[] = [];
  for (let at = 0; at < LOOKS; at += 1) {
    const cursor = index.cursorAt((end * ((at * 37) % LOOKS)) / LOOKS);
    dragged.push(processorTime(() => maker.at(cursor)));
  }
  report.print('the still picture, dragging far and wide', spread(dragged), 'ms', 'aim 33 ms');
  report.print('the still picture, dragging far and wide, 95th percentile', high(dragged), 'ms');
}

/** Takes the run in by slices, as the page does while the engine computes: each with its layout and its picture. */
function grow(report: Report, whole: TraceSlice, length: number): RunIndex {
  const index = new RunIndex();
  const folds: number[] = [];
  const layouts: number[] = [];
  const pictures: number[] = [];
  const kept = new KeptLooks(index);
  for (let at = 0; at < SLICES; at += 1) {
    const from = Math.floor((length * at) / SLICES);
    const to = Math.floor((length * (at + 1)) / SLICES);
    folds.push(processorTime(() => index.receive(part(whole, from, to))));
    let layout = layoutOf(index);
    layouts.push(processorTime(() => (layout = layoutOf(index))));
    pictures.push(processorTime(() => new SceneMaker(index, layout, kept).at(to)));
  }
  report.print(`a slice of ${Math.round(length / SLICES).toLocaleString('en')} records, taken in`, spread(folds), 'ms');
  report.print('its layout', spread(layouts), 'ms', 'aim 33 ms');
  report.print('its first picture', spread(pictures), 'ms');
  return index;
}

function bigRun(): RunBuilder {
  const run = new RunBuilder();
  const machines = Array.from({ length: NODES }, (_, at) => run.node(`node-${at}`, 'a'));
  const ztunnels = machines.map((node) =>
    run.pod(`ztunnel-${node.name}`, {
      workload: 'ztunnel',
      namespace: 'istio-system',
      node,
      containers: ['ztunnel'],
      program: 'ztunnel',
    }),
  );
  const pods: BuiltPod[] = [];
  for (let at = 0; at < PODS; at += 1) {
    const node = machines[at % NODES]!;
    const proxy = ztunnels[at % NODES]!.app;
    const workload = `work-${Math.floor(at / REPLICAS)}`;
    pods.push(run.pod(`${workload}-${at}`, { workload, node, proxy }));
  }
  const hello: WireMessage = { layer: 'http2', frames: [{ frame: 'DATA', grpc: 'hello', end: false }] };
  // Workloads of even number call the next one.
  pods.forEach((from, at) => {
    const workload = Math.floor(at / REPLICAS);
    if (workload % 2 === 1) return;
    for (let call = 0; call < CONNECTIONS; call += 1) {
      const to = pods[(workload + 1) * REPLICAS + ((at + call * 7) % REPLICAS)]!;
      const connection = run.connect({
        from: { process: from.proxy, netns: from.netns, address: from.address },
        to: { process: to.proxy, netns: to.netns, address: to.address, port: 15008 },
        link: 'network',
        span: 20,
        identities: ['spiffe://cluster.local/ns/shop/sa/a', 'spiffe://cluster.local/ns/shop/sa/b'],
      });
      run.send(connection, { toServer: true, message: hello, encrypted: true });
    }
  });
  return run;
}

/** The value that one in twenty exceeds. */
function high(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const value = quantile(sorted, 0.95);
  return { median: value, min: value, max: value };
}

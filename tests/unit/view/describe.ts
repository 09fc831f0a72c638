// View models as lines of text, for golden files that a person can read and judge.

import { fill, type Texts } from '../../../src/text/index.ts';
import {
  formatInstant,
  FORM,
  layoutOf,
  PacketFrame,
  packetsAt,
  sceneAt,
  sentenceOf,
  SHAPE_MASK,
  type RunIndex,
  type SequenceModel,
  type TimelineModel,
  type WhyModel,
} from '../../../src/view/index.ts';

export function describeScene(index: RunIndex, t: number): string {
  const layout = layoutOf(index);
  const cursor = index.cursorAt(t);
  const scene = sceneAt(index, layout, cursor);
  const name = (pod: number): string => index.cluster.pods.get(pod as never)?.name ?? '';
  const key = (text: string): string =>
    text.replace(
      /(app|gate-in|gate-out|proxy):(\d+)/g,
      (_, kind: string, pod: string) => `${kind} of ${name(Number(pod))}`,
    );
  const frame = packetsAt(index, layout, { since: t, t, cursor, request: -1 }, new PacketFrame());
  const packets = Array.from({ length: frame.count }, (_, at) => {
    const form = frame.form[at] ?? 0;
    const shape = ['circle', 'diamond', 'square', 'hollow'][form & SHAPE_MASK] ?? '';
    return `packet ${shape} ${(form & FORM.encrypted) === 0 ? 'plaintext' : 'encrypted'} at ${Math.round(frame.x[at] ?? 0)},${Math.round(frame.y[at] ?? 0)}`;
  });
  return [
    `at ${formatInstant(t)}, ${layout.width} x ${layout.height}, ${layout.level}`,
    ...scene.heads.map(
      ({ place, count }) =>
        `workload ${place.workload} at ${place.x},${place.y}: ${count.ready} of ${count.expected} ready, ${count.completed} completed`,
    ),
    ...scene.rows.map(
      ({ row, ztunnel }) => `row ${row.name} at ${row.y}, ${row.height} high, ztunnel ${ztunnel?.state ?? 'none'}`,
    ),
    `istiod ${scene.istiod === undefined ? 'none' : `${scene.istiod.ready}/${scene.istiod.total}, revision ${scene.istiod.revision}`}`,
    ...scene.pods.map(
      (pod) =>
        `pod ${pod.name} [${pod.label}] at ${pod.place.x},${pod.place.y}: ${pod.state}, ${pod.running}/${pod.total}, ${pod.mesh}, in ${pod.gateIn}, out ${pod.gateOut}, ${pod.containers.map((container) => `${container.name} ${container.state}`).join(', ')}`,
    ),
    ...scene.bundles.flatMap((bundle) =>
      bundle.legs.map((leg) => `leg ${key(leg.key)}: ${leg.state} x${leg.count} ${leg.path.d}`),
    ),
    ...scene.inside.map((leg) => `inside ${key(leg.key)}: ${leg.state} x${leg.count}`),
    ...packets,
  ].join('\n');
}

export function describeSequence(index: RunIndex, texts: Texts, model: SequenceModel): string {
  const lanes = model.lanes.map((lane) => `${lane.program}@${lane.place}`);
  const rows = model.rows.map((row) => {
    const at = formatInstant(row.at);
    switch (row.kind) {
      case 'message':
        return `${at} ${lanes[row.from] ?? ''} ${row.isEncrypted ? '===' : '---'}> ${lanes[row.to] ?? ''}: [${row.label.phase}] ${row.label.title} ${row.label.detail} ${row.label.failure === '' ? '' : `!${row.label.failure}`}`.trimEnd();
      case 'reused':
        return `${at} ${lanes[row.lane] ?? ''} uses the connection open since ${formatInstant(row.opened)}`;
      case 'decision':
      case 'end':
        return `${at} ${lanes[row.lane] ?? ''} * ${tell(index, texts, row.id)}`;
    }
  });
  return [...lanes.map((lane) => `lane ${lane}`), ...rows].join('\n');
}

export function describeWhy(index: RunIndex, texts: Texts, why: WhyModel): string {
  const steps = why.steps.flatMap((step) => [
    `${step.arrival} -> ${step.lane.program}@${step.lane.place}`,
    ...step.decisions.map(
      (decision) =>
        `    ${decision.point}: ${decision.chosen}${decision.origin === undefined ? '' : ` (${decision.origin.path}:${decision.origin.range[0]})`}`,
    ),
    ...step.outcomes.map((id) => `    ${tell(index, texts, id)}`),
  ]);
  return [`failed: ${why.isFailed}`, ...steps, 'chain', ...why.chain.map((id) => `    ${tell(index, texts, id)}`)].join(
    '\n',
  );
}

export function describeTimeline(model: TimelineModel): string {
  return [
    `axis ${model.axis.map((tick) => `${tick.label}@${Math.round(tick.x)}`).join(' ')}`,
    `ticks ${model.ticks.map((tick) => `${tick.x}:${tick.height.toFixed(2)}`).join(' ')}`,
    `failures ${model.failures.map((failure) => `${Math.round(failure.x)}x${failure.count}`).join(' ')}`,
    `inputs ${model.inputs.map((input) => Math.round(input.x)).join(' ')}`,
    `markers ${model.markers.map((marker) => `${marker.name}@${Math.round(marker.x)}`).join(' ')}`,
    `bands ${model.bands.map((band) => `${band.revision}:${Math.round(band.x)}+${Math.round(band.width)}`).join(' ')}`,
  ].join('\n');
}

export function tell(index: RunIndex, texts: Texts, id: number): string {
  const { key, params } = sentenceOf(index, id);
  return fill(texts.records[key], params);
}

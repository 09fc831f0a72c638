// View models as lines of text, for golden files that a person can read and judge.

import type { Texts } from '../../../src/text/index.ts';
import { tell } from '../../../src/ui/sentences.ts';
import {
  formatInstant,
  formatSpan,
  FORM,
  type Lane,
  layoutOf,
  originLabel,
  PacketFrame,
  packetsAt,
  sceneAt,
  SHAPE_MASK,
  type Level,
  type RunIndex,
  type SequenceModel,
  type TimelineModel,
  type WhyModel,
} from '../../../src/view/index.ts';

export function describeScene(index: RunIndex, t: number, level?: Level): string {
  const layout = layoutOf(index, level === undefined ? {} : { level });
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
    const shape = ['circle', 'diamond', 'square', 'hollow', 'triangle'][form & SHAPE_MASK] ?? '';
    return `packet ${shape} ${(form & FORM.encrypted) === 0 ? 'plaintext' : 'encrypted'} at ${Math.round(frame.x[at] ?? 0)},${Math.round(frame.y[at] ?? 0)}`;
  });
  return [
    `at ${formatInstant(t)}, ${layout.width} x ${layout.height}, ${layout.level}`,
    ...scene.heads.map(
      ({ place, count }) =>
        `workload ${place.workload} at ${place.x},${place.y}: ${count.ready} of ${count.expected} ready, ${count.completed} completed`,
    ),
    ...scene.rows.map(
      ({ row, ztunnel }) =>
        `row ${row.name} at ${row.y}, ${row.height} high, ztunnel ${ztunnel === undefined ? 'none' : `${ztunnel.station} ${ztunnel.state}, revision ${ztunnel.revision}${ztunnel.isBehind ? ', behind' : ''}`}`,
    ),
    `istiod ${scene.istiod === undefined ? 'none' : `${scene.istiod.ready}/${scene.istiod.total}, revision ${scene.istiod.revision}`}`,
    ...scene.groups.map(
      ({ place, letters, count, pins }) =>
        `group ${letters} ${place.key} at ${place.x},${place.y}: ${count.ready} of ${count.expected} ready, ${pins.map((pin) => pin.state).join(' ')}`,
    ),
    ...scene.cards.map(
      ({ pod, place, label, count }) =>
        `pod ${pod.station} ${pod.name} [${label}] at ${place.x},${place.y}: ${pod.state}, ${count}, ${pod.mesh}, in ${pod.gateIn}, out ${pod.gateOut}, ${pod.containers.map((container) => `${container.name} ${container.state}`).join(', ')}`,
    ),
    ...scene.bundles.flatMap((bundle) =>
      bundle.legs.map((leg) => `leg ${key(leg.key)}: ${leg.state} x${leg.count} ${leg.path.d}`),
    ),
    ...scene.inside.map((leg) => `inside ${key(leg.key)}: ${leg.state} x${leg.count}`),
    ...packets,
  ].join('\n');
}

export function describeSequence(index: RunIndex, texts: Texts, model: SequenceModel): string {
  const lanes = model.lanes.map(nameOf);
  const rows = model.rows.map((row) => {
    const at = formatInstant(row.at);
    switch (row.kind) {
      case 'message': {
        const around = row.within.map((layer) => `${layer}(`).join('');
        const arrow = row.isDropped ? '-x ' : row.isEncrypted ? '===>' : row.isInside ? '--->' : '...>';
        const phase = row.startsPhase ? `[${row.label.phase}] ` : '';
        return `${at} ${lanes[row.from] ?? ''} ${arrow} ${lanes[row.to] ?? ''}: ${phase}${around}${row.label.title} ${row.label.detail} ${row.label.failure === '' ? '' : `!${row.label.failure}`}`.trimEnd();
      }
      case 'reused':
        return `${at} ${lanes[row.lane] ?? ''} uses the connection open since ${formatInstant(row.opened)}${row.openedFor < 0 ? '' : ' for a request'}`;
      case 'gap':
        return `${at} ... nothing for ${formatSpan(row.span)}`;
      case 'omitted':
        return `${at} ... ${row.count} left out`;
      case 'decision':
        return `${at} ${lanes[row.lane] ?? ''} ? ${row.attempt === 0 ? '' : `attempt ${row.attempt} `}${row.point} ${row.outcome.kind}: ${row.outcome.text}`;
      case 'note':
        return `${at} ${lanes[row.lane] ?? ''} * ${tell(index, texts, row.id)}`;
    }
  });
  return [...lanes.map((lane) => `lane ${lane}`), ...rows].join('\n');
}

export function describeWhy(index: RunIndex, texts: Texts, why: WhyModel): string {
  const { culprit } = why;
  const hops = why.hops.flatMap((hop) => [
    `${hop.leg === undefined ? 'starts' : `${hop.leg.kind}${hop.leg.isReused ? ', open before,' : ''} ->`} ${nameOf(hop.lane)}${hop.isCulprit ? '  <== here' : ''}`,
    ...hop.decisions.map(
      ({ point, outcome, origin, attempt }) =>
        `    ${attempt === 0 ? '' : `attempt ${attempt} `}${point} ${outcome.kind}: ${outcome.text}${origin === undefined ? '' : ` (${originLabel(origin)})`}`,
    ),
    ...hop.outcomes.map(({ id, times }) => `    ${tell(index, texts, id)}${times === 1 ? '' : ` x${times}`}`),
  ]);
  return [
    `failed: ${why.isFailed}`,
    ...(culprit === undefined ? [] : [`because: ${tell(index, texts, culprit.record)}`]),
    ...(culprit === undefined || culprit.decision < 0 || culprit.decision === culprit.record
      ? []
      : [`decided: ${tell(index, texts, culprit.decision)}`]),
    ...(culprit === undefined || culprit.input < 0 ? [] : [`after: ${tell(index, texts, culprit.input)}`]),
    ...hops,
    'chain',
    ...why.chain.slice(why.chainFrom).map((id) => `    ${tell(index, texts, id)}`),
  ].join('\n');
}

function nameOf({ station, program, place }: Lane): string {
  return `${station === '' ? '' : `${station} `}${program}@${place}`;
}

export function describeTimeline(model: TimelineModel): string {
  return [
    `axis ${model.axis.map((tick) => `${tick.label}@${Math.round(tick.x)}`).join(' ')}`,
    `ticks ${model.ticks.map((tick) => `${tick.x}:${tick.height.toFixed(2)}`).join(' ')}`,
    `failures ${model.failures.map((failure) => `${Math.round(failure.x)}x${failure.ids.length}`).join(' ')}`,
    `flags ${model.flags.map((flag) => `${flag.kind} ${flag.name}@${Math.round(flag.x)} "${flag.label}" ${flag.side}`).join(', ')}`,
    `bands ${model.bands.map((band) => `${band.revision} "${band.subject}":${Math.round(band.x)}+${Math.round(band.width)}`).join(' ')}`,
    `pushes ${model.pushes.map((push) => push.x).join(' ')}`,
  ].join('\n');
}

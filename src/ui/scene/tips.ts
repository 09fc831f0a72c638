// What a thing of the picture is, in a few words: for whoever points at it or has the focus on it.

import { fill, type Texts } from '../../text/index.ts';
import {
  type AnyEntityId,
  podName,
  type PodGlyph,
  podSockets,
  type RecentFailures,
  type RecentRetries,
  revisionOfPod,
  type RunIndex,
  type SceneModel,
} from '../../view/index.ts';

export interface Tip {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface TipSource {
  readonly index: RunIndex;
  readonly scene: SceneModel;
  readonly failures: RecentFailures;
  readonly retries: RecentRetries;
  readonly cursor: number;
  readonly ui: Texts['ui'];
}

/** The tip of a thing by its mark in the picture: `pod 12`, `leg app:3>gate-out:3`, `istiod`; undefined when it has gone. */
export function tipOf(source: TipSource, mark: string): Tip | undefined {
  const [kind = '', ...rest] = mark.split(' ');
  const what = rest.join(' ');
  switch (kind) {
    case 'pod':
      return podTip(source, Number(what) as AnyEntityId); // the mark was made of one
    case 'ztunnel':
      return ztunnelTip(source, Number(what));
    case 'leg':
      return legTip(source, what);
    case 'group':
      return groupTip(source, what);
    case 'socket':
      return socketTip(source, Number(what) as AnyEntityId); // the mark was made of one
    case 'machine':
      return machineTip(source, Number(what));
    case 'istiod':
      return istiodTip(source);
    case 'kubelet':
      return { title: 'kubelet', lines: [what, source.ui.stage.tipKubelet] };
    default:
      return undefined;
  }
}

function podTip(source: TipSource, pod: AnyEntityId): Tip | undefined {
  const { index, scene, failures, cursor, ui } = source;
  const glyph = scene.pods.find((candidate) => candidate.pod === pod);
  if (glyph === undefined) return undefined;
  const failure = failures.pods.get(pod);
  const kind = scene.layout.pods.get(pod)?.kind;
  const revision = revisionOfPod(index, pod, cursor);
  return {
    title: `${glyph.station} ${glyph.name}`,
    lines: [
      podLine(glyph, ui),
      [glyph.namespace, glyph.node, glyph.address].filter((part) => part !== '').join(' · '),
      kind === undefined || kind === 'workload' ? meshLine(glyph, ui) : ui.stage[kind],
      ...(revision === undefined ? [] : [revisionLine(revision, ui)]),
      ...glyph.containers
        .filter((container) => container.reason !== '' && container.state !== 'done')
        .map((container) => `${container.name}: ${container.reason}`),
      ...(failure === undefined ? [] : [fill(ui.stage.tipFailures, { failures: failure.text })]),
    ],
  };
}

/** `ready · READY 1/2`: the state in words, and the count as kubectl prints it. */
function podLine(glyph: PodGlyph, ui: Texts['ui']): string {
  return `${ui.pod[glyph.state]} · READY ${glyph.ready}/${glyph.total}`;
}

function meshLine(glyph: PodGlyph, ui: Texts['ui']): string {
  const gates = [
    ...(glyph.gateIn === 'open' ? [ui.stage.listeningIn] : []),
    ...(glyph.gateOut === 'open' ? [ui.stage.listeningOut] : []),
    ...(glyph.gateIn === 'closed' || glyph.gateOut === 'closed' ? [ui.stage.gateClosed] : []),
  ];
  return [ui.mode[glyph.mesh], ...gates].join(' · ');
}

function revisionLine(
  { revision, isBehind }: { readonly revision: number; readonly isBehind: boolean },
  ui: Texts['ui'],
): string {
  return fill(isBehind ? ui.stage.tipBehind : ui.stage.tipRevision, { revision });
}

function ztunnelTip({ scene, ui }: TipSource, pod: number): Tip | undefined {
  const row = scene.rows.find(({ ztunnel }) => ztunnel?.pod === pod);
  if (row?.ztunnel === undefined) return undefined;
  const { ztunnel } = row;
  return {
    title: `${ztunnel.station} ${ztunnel.name}`,
    lines: [ui.pod[ztunnel.state], revisionLine(ztunnel, ui), fill(ui.stage.tipZtunnel, { node: row.row.name })],
  };
}

function istiodTip({ scene, ui }: TipSource): Tip | undefined {
  const { istiod } = scene;
  if (istiod === undefined) return undefined;
  return {
    title: 'CP istiod',
    lines: [
      fill(ui.stage.ready, { ready: istiod.ready, total: istiod.total }),
      fill(ui.stage.tipPushed, { revision: istiod.revision }),
    ],
  };
}

function machineTip({ scene, ui }: TipSource, netns: number): Tip | undefined {
  const machine = scene.machines.find((candidate) => candidate.netns === netns);
  return machine === undefined ? undefined : { title: machine.name, lines: [ui.stage.tipMachine] };
}

function socketTip({ index, cursor, ui }: TipSource, connection: AnyEntityId): Tip | undefined {
  const entry = index.connections.get(connection);
  for (const end of entry === undefined ? [] : [entry.client, entry.server]) {
    const netns = index.hosts.netns.get(end);
    const pod = netns === undefined ? undefined : index.cluster.pods.get(netns.pod);
    const lines = pod === undefined ? [] : podSockets(index, pod, cursor, Infinity).lines;
    const line = lines.find((one) => one.connection === connection);
    if (line === undefined) continue;
    return {
      title: line.text,
      lines: [
        ui.stage[SOCKET_STATES[line.state]],
        ...(line.rule === '' ? [] : [fill(ui.stage.tipRule, { rule: line.rule })]),
        ...(line.waiting === '' ? [] : [fill(ui.stage.tipWaiting, { request: line.waiting })]),
      ],
    };
  }
  return undefined;
}

const SOCKET_STATES = {
  connecting: 'socketConnecting',
  plain: 'socketPlain',
  opening: 'socketOpening',
  encrypted: 'socketEncrypted',
} as const;

function legTip({ index, scene, failures, retries, ui }: TipSource, key: string): Tip | undefined {
  const leg = index.legs.get(key);
  const glyph = scene.bundles.flatMap((bundle) => bundle.legs).find((candidate) => candidate.key === key);
  if (leg === undefined || glyph === undefined) return undefined;
  const nameOf = (place: typeof leg.from): string => ('pod' in place ? shortName(index, scene, place.pod) : place.kind);
  const failure = failures.legs.get(key);
  const again = retries.get(key) ?? 0;
  return {
    title: `${nameOf(leg.from)} → ${nameOf(leg.to)}`,
    lines: [
      fill(ui.stage.tipConnections, { encrypted: glyph.count - glyph.plain, plaintext: glyph.plain }),
      ...(again === 0 ? [] : [fill(ui.stage.tipRetries, { count: again })]),
      ...(failure === undefined ? [] : [fill(ui.stage.tipFailures, { failures: failure.text })]),
    ],
  };
}

/** At the level of Services a line stands for whole workloads. */
function shortName(index: RunIndex, scene: SceneModel, pod: AnyEntityId): string {
  const group = scene.groups.find(({ place }) => place.pods.includes(pod));
  return group === undefined ? podName(index, pod) : group.name === '' ? group.namespace : group.name;
}

function groupTip({ scene, ui }: TipSource, key: string): Tip | undefined {
  const group = scene.groups.find(({ place }) => place.key === key);
  if (group === undefined) return undefined;
  const { ready, expected, completed } = group.count;
  return {
    title: group.name === '' ? group.namespace : group.name,
    lines: [
      group.namespace,
      fill(ui.stage.ready, { ready, total: expected }),
      ...(completed > 0 ? [fill(ui.stage.completed, { count: completed })] : []),
    ],
  };
}

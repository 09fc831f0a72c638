// The still part of the picture at a cursor: what stands, who listens, which connections are open. Laid on a layout that does not
// change with time. What has not changed since the last cursor is the very same object.

import { podLabel } from '../format.ts';
import type { AnyEntityId } from '../../kernel/index.ts';
import { leavesPod, type HeadPlace, type MachinePlace, type PodPlace } from '../layout/grid.ts';
import type { Layout } from '../layout/layout.ts';
import type { RunIndex } from '../run/run-index.ts';
import { GroupGlyphs, type GroupGlyph } from './group-glyph.ts';
import { bundlesOf, LegLooks, mergedLegs, OpenLegs, type Bundle, type LegGlyph, type OpenLeg } from './leg-glyphs.ts';
import { Last } from './last.ts';
import { MeshPods, type IstiodGlyph, type RowGlyph } from './mesh-glyphs.ts';
import { countOf, type PodCount } from './pod-count.ts';
import { PodGlyphs, type PodGlyph } from './pod-glyph.ts';
import { revisionOfPod } from './revision.ts';

export interface WorkloadHead {
  readonly place: HeadPlace;
  readonly namespace: string;
  readonly name: string;
  readonly letters: string;
  readonly count: PodCount;
}

/** A pod on its card. */
export interface PodCard {
  readonly pod: PodGlyph;
  readonly place: PodPlace;
  /** The name as far as it fits beside the station and the count. */
  readonly label: string;
  /** Ready containers and how many there are to be, `1/2`; empty before there are any, and for a completed pod. */
  readonly count: string;
}

export interface SceneModel {
  readonly layout: Layout;
  readonly heads: readonly WorkloadHead[];
  readonly rows: readonly RowGlyph[];
  /** Every pod, in order of appearance. */
  readonly pods: readonly PodGlyph[];
  /** In reading order, which is also the order of focus; none at the level of Services. */
  readonly cards: readonly PodCard[];
  /** At the level of Services only. */
  readonly groups: readonly GroupGlyph[];
  readonly count: PodCount;
  /** Machines outside of the cluster that the run has brought up so far. */
  readonly machines: readonly MachinePlace[];
  readonly istiod: IstiodGlyph | undefined;
  /** Pods with a proxy of their own that has not yet received what istiod has pushed for it. */
  readonly behind: ReadonlySet<AnyEntityId>;
  /** Between pods, or between a pod and a machine outside, by destination. */
  readonly bundles: readonly Bundle[];
  /** Inside pods. */
  readonly inside: readonly LegGlyph[];
  /** To the control plane. */
  readonly control: readonly LegGlyph[];
  /** From kubelets. */
  readonly probes: readonly LegGlyph[];
  /** Open connections between pods. */
  readonly encrypted: number;
  readonly plaintext: number;
}

type Standing = Pick<SceneModel, 'heads' | 'cards' | 'groups' | 'count'>;
type Joined = Pick<SceneModel, 'bundles' | 'inside' | 'control' | 'probes' | 'encrypted' | 'plaintext'>;

/** What has been looked at of a run, whatever the layout: it stays true while the run only grows. */
export class KeptLooks {
  readonly pods: PodGlyphs;
  readonly legs: LegLooks;

  constructor(index: RunIndex) {
    this.pods = new PodGlyphs(index);
    this.legs = new LegLooks(index);
  }
}

/** Makes scenes of one run on one layout. Keep it while both stay: it remembers what it has looked at. */
export class SceneMaker {
  readonly #index: RunIndex;
  readonly #layout: Layout;
  readonly #glyphs: PodGlyphs;
  readonly #legs: OpenLegs;
  readonly #groups: GroupGlyphs;
  readonly #mesh: MeshPods;
  readonly #places: readonly PodPlace[];
  readonly #cards = new Map<AnyEntityId, PodCard>();
  readonly #standing = new Last<Standing>();
  readonly #joined = new Last<Joined>();
  /** Pairs of groups stand for legs that the layout may have no single way for. */
  readonly #hasCards: boolean;

  /** `kept`: of the same run, while it only grows. Default: new ones. */
  constructor(index: RunIndex, layout: Layout, kept = new KeptLooks(index)) {
    this.#index = index;
    this.#layout = layout;
    this.#glyphs = kept.pods;
    this.#legs = new OpenLegs(index, layout, kept.legs);
    this.#mesh = new MeshPods(index);
    this.#groups = new GroupGlyphs(layout.groups);
    this.#hasCards = layout.level !== 'services';
    this.#places = [...layout.pods.values()].toSorted((a, b) => a.row - b.row || a.column - b.column || a.y - b.y);
  }

  /** What stands at `cursor`. Parts of which nothing has changed are the very same objects. */
  at(cursor: number): SceneModel {
    const index = this.#index;
    const layout = this.#layout;
    const pods = this.#glyphs.at(cursor);
    const legs = this.#legs.at(cursor);
    return {
      layout,
      ...this.#standing.of([pods], () => this.#stand(pods, cursor)),
      ...this.#joined.of([pods, legs], () => this.#join(pods, legs)),
      rows: this.#mesh.rows(layout.rows, cursor),
      pods,
      machines: layout.machines.filter(({ netns }) => (index.hosts.netns.get(netns)?.first ?? Infinity) < cursor),
      istiod: this.#mesh.istiod(layout, cursor),
      behind: this.#behind(pods, cursor),
    };
  }

  /** What follows from the pods alone. */
  #stand(pods: readonly PodGlyph[], cursor: number): Standing {
    return {
      heads: headsOf(this.#layout.heads, pods),
      cards: this.#cardsOf(cursor),
      groups: this.#groups.of((pod) => {
        const entry = this.#index.cluster.pods.get(pod);
        return entry === undefined ? undefined : this.#glyphs.of(entry, cursor);
      }),
      count: countOf(pods),
    };
  }

  #join(pods: readonly PodGlyph[], open: readonly OpenLeg[]): Joined {
    const present = new Set(pods.map((pod) => pod.pod));
    // A connection whose other end was killed may stay half open: it has nowhere to be drawn to.
    const legs = open.filter(({ leg }) => isPresent(leg.from, present) && isPresent(leg.to, present));
    const between = legs.filter(({ leg }) => leavesPod(leg));
    const others = legs.filter(({ leg }) => !leavesPod(leg));
    const glyphsOf = (wanted: (leg: OpenLeg['leg']) => boolean): readonly LegGlyph[] =>
      others.filter(({ leg }) => wanted(leg)).map(({ glyph }) => glyph);
    return {
      bundles: this.#hasCards
        ? bundlesOf(this.#layout, between)
        : mergedLegs(between).map((glyph) => ({ key: glyph.key, legs: [glyph] })),
      inside: glyphsOf((leg) => 'pod' in leg.from && 'pod' in leg.to),
      control: glyphsOf((leg) => leg.from.kind === 'istiod' || leg.to.kind === 'istiod'),
      probes: glyphsOf((leg) => leg.from.kind === 'node' && 'pod' in leg.to),
      encrypted: between.reduce((sum, { counts }) => sum + counts.encrypted, 0),
      plaintext: between.reduce((sum, { counts }) => sum + counts.plain, 0),
    };
  }

  #cardsOf(cursor: number): readonly PodCard[] {
    const cards: PodCard[] = [];
    for (const place of this.#places) {
      const entry = this.#index.cluster.pods.get(place.pod);
      const pod = entry === undefined ? undefined : this.#glyphs.of(entry, cursor);
      if (pod === undefined) continue;
      let card = this.#cards.get(place.pod);
      if (card?.pod !== pod) this.#cards.set(place.pod, (card = cardOf(pod, place)));
      cards.push(card);
    }
    return cards;
  }

  #behind(pods: readonly PodGlyph[], cursor: number): ReadonlySet<AnyEntityId> {
    const behind = new Set<AnyEntityId>();
    if (!this.#hasCards) return behind;
    for (const pod of pods)
      if (pod.mesh === 'sidecar' && revisionOfPod(this.#index, pod.pod, cursor)?.isBehind === true) behind.add(pod.pod);
    return behind;
  }
}

/** What stands at `cursor`, for one look. */
export function sceneAt(index: RunIndex, layout: Layout, cursor: number): SceneModel {
  return new SceneMaker(index, layout).at(cursor);
}

function isPresent(place: OpenLeg['leg']['from'], present: ReadonlySet<AnyEntityId>): boolean {
  return !('pod' in place) || present.has(place.pod);
}

/** Characters kept for the word that stands in place of a completed pod's count; its letters are narrower than a name's. */
const COMPLETED = 8;

function cardOf(pod: PodGlyph, place: PodPlace): PodCard {
  const isCounted = pod.total > 0 && pod.state !== 'done';
  const count = isCounted ? `${pod.ready}/${pod.total}` : '';
  const length = pod.state === 'done' ? COMPLETED : count.length;
  const taken = pod.station.length + 1 + (length === 0 ? 0 : length + 1);
  const room = { isAlone: place.isAlone, length: place.characters - taken };
  return { pod, place, count, label: podLabel(pod.name, pod.workload, room) };
}

function headsOf(places: readonly HeadPlace[], pods: readonly PodGlyph[]): readonly WorkloadHead[] {
  if (places.length === 0) return [];
  const byWorkload = new Map<string, PodGlyph[]>();
  for (const pod of pods) {
    const members = byWorkload.get(pod.workload);
    if (members === undefined) byWorkload.set(pod.workload, [pod]);
    else members.push(pod);
  }
  return places.map((place) => {
    const members = byWorkload.get(place.workload) ?? [];
    const slash = place.workload.indexOf('/');
    return {
      place,
      namespace: place.workload.slice(0, slash),
      name: place.workload.slice(slash + 1),
      letters: place.letters,
      count: countOf(members),
    };
  });
}

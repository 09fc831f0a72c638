// The cards that pods are drawn as, level by level. A further level of the semantic zoom is an entry in `CARDS` and a line in
// `levelOf`.

import type { PodEntry } from '../run/entries.ts';
import type { PodPlace } from './grid.ts';

/** `containers`: cards with their containers. `pods`: one line a pod, for busy scenes. */
export type Level = 'containers' | 'pods';

/** What a card is made of, in CSS pixels at scale 1. */
export interface Card {
  readonly width: number;
  readonly top: number;
  readonly app: number;
  readonly appGap: number;
  /** From the card's wall to an application's. */
  readonly appInset: number;
  readonly bottom: number;
  /** Height kept for a sidecar's bar. */
  readonly bar: number;
  /** To the next card of the cell. */
  readonly gap: number;
  /** Characters that fit on the line of the pod's name, and of its count where there is one. */
  readonly characters: number;
}

const CARDS: Readonly<Record<Level, Card>> = {
  containers: {
    width: 136,
    top: 28,
    app: 26,
    appGap: 6,
    appInset: 28,
    bottom: 12,
    bar: 20,
    gap: 10,
    characters: 16,
  },
  pods: { width: 116, top: 8, app: 20, appGap: 0, appInset: 0, bottom: 6, bar: 0, gap: 8, characters: 14 },
};

/** Pods from which on the cards lose their containers. */
const CONTAINERS_LEVEL_MAX = 28;
/** Application containers that are drawn. */
const APPS_MAX = 4;

/** The level, its card, and the height of every card of the run: the tallest pod decides. */
export interface CardPlan {
  readonly level: Level;
  readonly card: Card;
  readonly height: number;
}

export function planCards(pods: readonly PodEntry[]): CardPlan {
  const level = levelOf(pods.length);
  const card = CARDS[level];
  const apps = level === 'pods' ? 1 : Math.min(APPS_MAX, Math.max(1, ...pods.map((pod) => appNames(pod).length)));
  const bar = pods.some(hasSidecar) ? card.bar : 0;
  return { level, card, height: card.top + apps * card.app + (apps - 1) * card.appGap + card.bottom + bar };
}

function levelOf(pods: number): Level {
  return pods > CONTAINERS_LEVEL_MAX ? 'pods' : 'containers';
}

/** Whether a pod has a proxy of its own at any time of the run. */
export function hasSidecar(pod: PodEntry): boolean {
  return pod.containers.has('istio-proxy');
}

/** The parts of a pod's place that do not follow from its card. */
export type CardSite = Pick<PodPlace, 'x' | 'y' | 'column' | 'row' | 'isAlone' | 'track'>;

/** A pod's card at its site. */
export function placePod(pod: PodEntry, { level, card, height }: CardPlan, site: CardSite): PodPlace {
  const { x, y } = site;
  // One line a pod: the line stands for whatever runs inside.
  const names = level === 'pods' ? [''] : appNames(pod).slice(0, APPS_MAX);
  const middle = y + card.top + card.app / 2;
  const hasBar = hasSidecar(pod) && card.bar > 0;
  return {
    ...site,
    pod: pod.entity,
    width: card.width,
    height,
    characters: card.characters,
    outY: middle - 5,
    inY: middle + 5,
    apps: names.map((name, at) => ({
      name,
      x: x + card.appInset,
      y: y + card.top + at * (card.app + card.appGap),
      width: card.width - 2 * card.appInset,
      height: card.app,
    })),
    bar: hasBar ? { x: x + 14, y: y + height - card.bar - 2, width: card.width - 28, height: 16 } : undefined,
  };
}

/** Names of a pod's application containers in order of appearance. */
function appNames(pod: PodEntry): readonly string[] {
  return [...pod.containers.values()]
    .filter((container) => container.role === 'app' && container.name !== 'istio-proxy')
    .map((container) => container.name);
}

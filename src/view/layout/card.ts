// The cards that pods are drawn as, level by level.

import type { PodEntry } from '../run/entries.ts';
import type { PodPlace } from './grid.ts';

/**
 * How much of each pod is drawn.
 * - `services`: one card a workload (or namespace, where there are very many) with its pods as pins.
 * - `pods`: one line a pod.
 * - `containers`: cards with their containers and proxies.
 */
export type Level = 'services' | 'pods' | 'containers';

/** From little to much. */
export const levels: readonly Level[] = ['services', 'pods', 'containers'];

/** Levels at which a pod has a card of its own. */
type CardLevel = Exclude<Level, 'services'>;

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
  /** Characters that fit on the line of the pod's station, name and count. */
  readonly characters: number;
}

const CARDS: Readonly<Record<CardLevel, Card>> = {
  containers: {
    width: 152,
    top: 23,
    app: 22,
    appGap: 4,
    appInset: 28,
    bottom: 7,
    bar: 16,
    gap: 7,
    characters: 18,
  },
  pods: { width: 172, top: 5, app: 18, appGap: 0, appInset: 0, bottom: 5, bar: 0, gap: 6, characters: 21 },
};

/** Application containers that are drawn. */
const APPS_MAX = 4;

/** A level, its card, and the height of every card of the run: the tallest pod decides. */
export interface CardPlan {
  readonly level: CardLevel;
  readonly card: Card;
  readonly height: number;
}

export function planCards(pods: readonly PodEntry[], level: CardLevel): CardPlan {
  const card = CARDS[level];
  let apps = 1;
  if (level === 'containers') for (const pod of pods) apps = Math.max(apps, Math.min(APPS_MAX, appNames(pod).length));
  const bar = pods.some(hasSidecar) ? card.bar : 0;
  return { level, card, height: card.top + apps * card.app + (apps - 1) * card.appGap + card.bottom + bar };
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
  const names = level === 'pods' ? [] : appNames(pod).slice(0, APPS_MAX);
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
    bar: hasBar ? { x: x + 14, y: y + height - card.bar - 2, width: card.width - 28, height: 15 } : undefined,
  };
}

/** Names of a pod's application containers in order of appearance. */
function appNames(pod: PodEntry): readonly string[] {
  return [...pod.containers.values()]
    .filter((container) => container.role === 'app' && container.name !== 'istio-proxy')
    .map((container) => container.name);
}

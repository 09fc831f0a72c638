// The cards that pods are drawn as, level by level.

import type { PodEntry } from '../run/entries.ts';
import { hasSidecar, podKind } from '../run/proxy-pod.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { PodPlace } from './grid.ts';
import { placeInside, SOCKETS_HEIGHT } from './inside.ts';

/**
 * How much of each pod is drawn.
 * - `services`: one card a workload (or namespace, where there are very many) with its pods as pins.
 * - `pods`: one line a pod.
 * - `containers`: cards with their containers and proxies.
 * - `sockets`: cards that show the network namespace: ports, redirect rules, live sockets.
 */
export type Level = 'services' | 'pods' | 'containers' | 'sockets';

/** Levels at which a pod has a card of its own. */
export type CardLevel = Exclude<Level, 'services'>;

/** From little to much. */
export const cardLevels: readonly CardLevel[] = ['pods', 'containers', 'sockets'];
export const levels: readonly Level[] = ['services', ...cardLevels];

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
  sockets: {
    width: 340,
    top: 44,
    app: 38,
    appGap: 8,
    appInset: 112,
    bottom: 26,
    bar: 24,
    gap: 10,
    characters: 43,
  },
  containers: {
    width: 152,
    top: 23,
    app: 22,
    appGap: 4,
    appInset: 28,
    bottom: 7,
    bar: 18,
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
  if (level !== 'pods') for (const pod of pods) apps = Math.max(apps, Math.min(APPS_MAX, appNames(pod).length));
  const bar = pods.some(hasSidecar) ? card.bar : 0;
  const sockets = level === 'sockets' ? SOCKETS_HEIGHT : 0;
  return { level, card, height: card.top + apps * card.app + (apps - 1) * card.appGap + card.bottom + bar + sockets };
}

/** The parts of a pod's place that do not follow from its card. */
export type CardSite = Pick<PodPlace, 'x' | 'y' | 'column' | 'row' | 'isAlone' | 'track'>;

/** A pod's card at its site. */
export function placePod(index: RunIndex, pod: PodEntry, plan: CardPlan & { readonly site: CardSite }): PodPlace {
  const { level, card, height, site } = plan;
  const { x, y } = site;
  const kind = podKind(index, pod);
  const names = level === 'pods' || kind !== 'workload' ? [] : appNames(pod).slice(0, APPS_MAX);
  const wire = level === 'sockets' ? height - SOCKETS_HEIGHT : height;
  const hasBar = hasSidecar(pod) && card.bar > 0;
  // A proxy alone stands in the middle of the room that others need for their containers and their bar.
  const bodyY = y + card.top + (wire - card.top - card.bottom - card.app) / 2;
  const middle = (kind === 'workload' ? y + card.top : bodyY) + card.app / 2;
  return {
    ...site,
    pod: pod.entity,
    kind,
    width: card.width,
    height,
    characters: card.characters,
    outY: middle - (kind === 'workload' ? 5 : 0),
    inY: middle + (kind === 'workload' ? 5 : 0),
    apps: names.map((name, at) => ({
      name,
      x: x + card.appInset,
      y: y + card.top + at * (card.app + card.appGap),
      width: card.width - 2 * card.appInset,
      height: card.app,
    })),
    bar: hasBar ? { x: x + 14, y: y + wire - card.bar - 2, width: card.width - 28, height: card.bar - 1 } : undefined,
    body: kind === 'workload' || level === 'pods' ? undefined : { x, y: bodyY, width: card.width, height: card.app },
    inside:
      level === 'sockets'
        ? placeInside(index, pod, { kind, x, y, width: card.width, top: card.top, wire, middle })
        : undefined,
  };
}

/** Names of a pod's application containers in order of appearance. */
function appNames(pod: PodEntry): readonly string[] {
  return [...pod.containers.values()]
    .filter((container) => container.role === 'app' && container.name !== 'istio-proxy')
    .map((container) => container.name);
}

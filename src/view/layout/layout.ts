// Where everything stands, at a level of detail. Made from the whole run, so that nothing moves when time does.

import type { RunIndex } from '../run/run-index.ts';
import { cardLevels, type Level, levels } from './card.ts';
import type { Pins } from './columns.ts';
import { layoutGroups } from './group-layout.ts';
import type { Layout } from './laid-out.ts';
import { layoutPods, planPods } from './pod-layout.ts';

export type { Layout };

export interface LayoutOptions {
  /** Columns and rows that workloads (`namespace/name`) were given. Default: none. */
  readonly pins?: Pins;
  /** Default: what the number of pods suggests. */
  readonly level?: Level;
}

/** Lays the run out. */
export function layoutOf(
  index: RunIndex,
  { pins = {}, level = levelFor(countOfPods(index)) }: LayoutOptions = {},
): Layout {
  return level === 'services' ? layoutGroups(index, pins) : layoutPods(index, planPods(index, pins, level));
}

/** Pods from which on the cards lose their containers, and from which on they become pins. */
const CONTAINERS_MAX = 28;
const PODS_MAX = 60;

function levelFor(pods: number): Level {
  if (pods > PODS_MAX) return 'services';
  return pods > CONTAINERS_MAX ? 'pods' : 'containers';
}

export interface FitOptions {
  readonly pins: Pins;
  /** What somebody wants to see whatever its size; `auto`: as much as fits. */
  readonly level: Level | 'auto';
  /** Whether a picture of this size fits where it is shown. */
  readonly fits: (size: { readonly width: number; readonly height: number }) => boolean;
}

/** The most detailed layout that the number of pods allows and that fits; if none fits, the most compact. */
export function fittingLayout(index: RunIndex, { pins, level, fits }: FitOptions): Layout {
  if (level === 'services') return layoutGroups(index, pins, fits);
  if (level !== 'auto') return layoutOf(index, { pins, level });
  const allowed = cardLevels.slice(0, levels.indexOf(levelFor(countOfPods(index))));
  for (const one of allowed.toReversed()) {
    const plan = planPods(index, pins, one);
    if (fits(plan)) return layoutPods(index, plan);
  }
  return layoutGroups(index, pins, fits);
}

function countOfPods(index: RunIndex): number {
  let count = 0;
  for (const pod of index.cluster.pods.values()) if (pod.role === 'workload') count += 1;
  return count;
}

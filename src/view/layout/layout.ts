// Where everything stands, at a level of detail. Made from the whole run, so that nothing moves when time does.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { RunIndex } from '../run/run-index.ts';
import { levels, type Level } from './card.ts';
import type { Pins } from './columns.ts';
import { layoutGroups } from './group-layout.ts';
import type { Box, Column, GroupPlace, HeadPlace, PodPlace, Row } from './grid.ts';
import type { Path } from './path.ts';
import { layoutPods } from './pod-layout.ts';
import type { Bus } from './route.ts';

export interface Layout {
  readonly level: Level;
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  /** One a workload, column by column; none at the level of Services, whose cards carry their names. */
  readonly heads: readonly HeadPlace[];
  /** One a node; none at the level of Services. */
  readonly rows: readonly Row[];
  /** Cards of pods; none at the level of Services. */
  readonly pods: ReadonlyMap<AnyEntityId, PodPlace>;
  /** Cards of groups of pods, at the level of Services. */
  readonly groups: readonly GroupPlace[];
  readonly istiod: Box | undefined;
  /** The way of every leg that has one at this level. Legs of one bundle may share a path. */
  readonly legs: ReadonlyMap<string, Path>;
  /** From istiod down the left margin, and one tap a row; undefined in a run without istiod. */
  readonly bus: Bus | undefined;
}

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
  return level === 'services' ? layoutGroups(index, pins) : layoutPods(index, pins, level);
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
  const most = levels.indexOf(levelFor(countOfPods(index)));
  for (let at = most; at > 0; at -= 1) {
    const layout = layoutOf(index, { pins, level: levels[at] ?? 'services' });
    if (fits(layout)) return layout;
  }
  return layoutGroups(index, pins, fits);
}

function countOfPods(index: RunIndex): number {
  let count = 0;
  for (const pod of index.cluster.pods.values()) if (pod.role === 'workload') count += 1;
  return count;
}

// What a layout is, at whatever level of detail.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Level } from './card.ts';
import type { Box, Column, GroupPlace, HeadPlace, MachinePlace, PodPlace, Row } from './grid.ts';
import type { Path } from './path.ts';
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
  /** Machines outside of the cluster; none at the level of Services. */
  readonly machines: readonly MachinePlace[];
  readonly istiod: Box | undefined;
  /** The way of every leg that has one at this level. Legs of one bundle may share a path. */
  readonly legs: ReadonlyMap<string, Path>;
  /** From istiod down the left margin, and one tap a row; undefined in a run without istiod. */
  readonly bus: Bus | undefined;
}

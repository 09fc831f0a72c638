// Machines outside of the cluster: those that call somebody stand left of the nodes, those that are only called right of them.

import type { AnyEntityId } from '../../kernel/index.ts';
import { netnsName } from '../run/names.ts';
import type { RunIndex } from '../run/run-index.ts';
import { machineOf, type Cell, type MachinePlace } from './grid.ts';

const CARD = { width: 96, height: 36, gap: 10 } as const;
/** Between a lane of machines and what stands beside it: connections go up and down there. */
const AIR = 30;

/** Width of a lane of machines with what keeps it apart. */
export const LANE_OF_MACHINES = CARD.width + AIR;

export interface Machines {
  readonly left: readonly AnyEntityId[];
  readonly right: readonly AnyEntityId[];
}

export function machinesOf(index: RunIndex): Machines {
  const callers = new Set<AnyEntityId>();
  const called = new Set<AnyEntityId>();
  for (const leg of index.legs.entries.values()) {
    const machine = machineOf(leg);
    if (machine !== undefined) (leg.from.kind === 'machine' ? callers : called).add(machine.netns);
  }
  return { left: [...callers], right: [...called].filter((netns) => !callers.has(netns)) };
}

/** The cell of a machine as traffic sees it: a column before the first takes a street to wherever it goes. */
export function machineCell(netns: AnyEntityId, side: keyof Machines, columns: number): Cell {
  return { column: side === 'left' ? -2 : columns, row: 0, slot: 0, track: `machine ${netns}` };
}

interface Lane {
  readonly side: keyof Machines;
  /** Left edge of the lane's cards. */
  readonly x: number;
  /** Upper edge of its first. */
  readonly y: number;
  readonly columns: number;
}

export function placeMachines(
  index: RunIndex,
  list: readonly AnyEntityId[],
  { side, x, y, columns }: Lane,
): readonly MachinePlace[] {
  return list.map((netns, at) => {
    const top = y + at * (CARD.height + CARD.gap);
    const middle = top + CARD.height / 2;
    return {
      ...machineCell(netns, side, columns),
      netns,
      name: netnsName(index, netns),
      x,
      y: top,
      width: CARD.width,
      height: CARD.height,
      outY: middle,
      inY: middle,
      apps: [],
    };
  });
}

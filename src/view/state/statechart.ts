// A statechart as a picture: states in one row in the order they are written, states that hold others as boxes around them, and
// transitions as arcs: forward above the row, back below it. Pure geometry in CSS pixels; which state is active is no part of it.

import type { MachineOutline, StateOutline, TransitionOutline } from '../../kernel/index.ts';

export interface StateBox {
  readonly path: string;
  readonly name: string;
  readonly kind: StateOutline['kind'];
  /** Whether it is entered first by whatever holds it. */
  readonly isInitial: boolean;
  /** 0 for the outermost. */
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TransitionArc {
  readonly from: string;
  readonly to: string;
  /** Every transition from the one state to the other. */
  readonly transitions: readonly TransitionOutline[];
  /** It leaves one state's edge, runs along `lane` and arrives at the other's: above the row forward, below it back. */
  readonly x1: number;
  readonly y1: number;
  readonly lane: number;
  readonly x2: number;
  readonly y2: number;
}

export interface Statechart {
  readonly width: number;
  readonly height: number;
  /** States without others inside. */
  readonly leaves: readonly StateBox[];
  /** States that hold others, the outermost first. */
  readonly boxes: readonly StateBox[];
  readonly arcs: readonly TransitionArc[];
}

const LEAF_HEIGHT = 26;
const LEAF_WIDTH_MIN = 52;
const CHARACTER = 7.3;
const PADDING = 8;
const GAP = 16;
const BOX_GAP = 10;
const TITLE = 16;
const LANE = 11;
/** How far beside a state's middle arcs leave and arrive. */
const SIDE = 6;
const MARGIN = 6;

/** The picture of a machine. The same machine is always drawn the same. */
export function statechartOf({ root }: MachineOutline): Statechart {
  const placed = new Map<string, StateBox>();
  const depthMax = depthOf(root) - 1;
  const above = MARGIN + depthMax * (TITLE + BOX_GAP / 2);
  const width = placeChildren(root, { x: MARGIN, y: above, depth: 0 }, placed) + MARGIN;
  const all = [...placed.values()];
  const arcs = arcsOf(root, placed);
  const top = Math.min(...arcs.map(({ lane }) => lane), 0) - MARGIN;
  const bottom = Math.max(...arcs.map(({ lane }) => lane), ...all.map(({ y, height }) => y + height)) + MARGIN;
  const isLeaf = ({ kind }: StateBox): boolean => kind === 'atomic' || kind === 'final';
  return {
    width,
    height: bottom - top,
    leaves: all.filter(isLeaf).map((box) => ({ ...box, y: box.y - top })),
    boxes: all.filter((box) => !isLeaf(box)).map((box) => ({ ...box, y: box.y - top })),
    arcs: arcs.map((arc) => ({ ...arc, y1: arc.y1 - top, lane: arc.lane - top, y2: arc.y2 - top })),
  };
}

/** Whether a state is active when the machine's state is named `active`: it is named, or holds what is named. */
export function isActive(path: string, active: string): boolean {
  return active.split('+').some((name) => name === path || name.startsWith(`${path}.`));
}

/** The transitions that may be taken from the active state, its holders' included, the innermost first. */
export function transitionsFrom(
  { root }: MachineOutline,
  active: string,
): readonly (TransitionOutline & { readonly from: string })[] {
  const found: (TransitionOutline & { readonly from: string })[] = [];
  const visit = (state: StateOutline): void => {
    for (const child of state.states) if (isActive(child.path, active)) visit(child);
    found.push(...state.transitions.map((transition) => ({ ...transition, from: state.path })));
  };
  visit(root);
  return found;
}

function depthOf(state: StateOutline): number {
  return 1 + Math.max(0, ...state.states.map(depthOf));
}

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

/** Places the states inside `state` in a row from `corner` on; returns where the row ends. */
function placeChildren(state: StateOutline, { x, y, depth }: Corner, placed: Map<string, StateBox>): number {
  let at = x;
  for (const [index, child] of state.states.entries()) {
    if (index > 0) at += GAP;
    const common = {
      path: child.path,
      name: child.name,
      kind: child.kind,
      isInitial: state.initial === child.path || state.kind === 'parallel',
      depth,
      x: at,
    };
    if (child.states.length === 0) {
      const width = Math.max(LEAF_WIDTH_MIN, Math.ceil(child.name.length * CHARACTER + 2 * PADDING));
      placed.set(child.path, { ...common, y, width, height: LEAF_HEIGHT });
      at += width;
    } else {
      const levels = depthOf(child) - 1;
      const rise = levels * (TITLE + BOX_GAP / 2);
      // A box is put down before what it holds, so that it is painted below it.
      placed.set(child.path, { ...common, y: y - rise, width: 0, height: 0 });
      const end = placeChildren(child, { x: at + BOX_GAP, y, depth: depth + 1 }, placed) + BOX_GAP;
      const width = Math.max(end - at, Math.ceil(child.name.length * CHARACTER + 2 * PADDING));
      placed.set(child.path, { ...common, y: y - rise, width, height: rise + LEAF_HEIGHT + levels * (BOX_GAP / 2) });
      at += width;
    }
  }
  return at;
}

function arcsOf(root: StateOutline, placed: ReadonlyMap<string, StateBox>): readonly TransitionArc[] {
  const byEnds = new Map<string, Ends & { readonly transitions: TransitionOutline[] }>();
  const visit = (state: StateOutline): void => {
    const from = placed.get(state.path);
    for (const transition of state.transitions) {
      for (const target of transition.targets) {
        const to = placed.get(target);
        if (from === undefined || to === undefined) continue;
        const key = `${state.path}>${target}`;
        const arc = byEnds.get(key);
        if (arc === undefined) byEnds.set(key, { from, to, transitions: [transition] });
        else arc.transitions.push(transition);
      }
    }
    state.states.forEach(visit);
  };
  visit(root);
  return inLanes([...byEnds.values()]);
}

interface Ends {
  readonly from: StateBox;
  readonly to: StateBox;
  readonly transitions: readonly TransitionOutline[];
}

/**
 * Arcs to the same state in the same direction share a lane and join there; no others share a place. Bundles that span little run near
 * the row, those that span much farther out.
 */
function inLanes(ends: readonly Ends[]): readonly TransitionArc[] {
  if (ends.length === 0) return [];
  const boxes = ends.flatMap(({ from, to }) => [from, to]);
  const rowTop = Math.min(...boxes.map(({ y }) => y));
  const rowBottom = Math.max(...boxes.map(({ y, height }) => y + height));
  const bundles = bundlesOf(ends);
  const taken: { readonly bundle: Bundle; readonly lane: number }[] = [];
  for (const bundle of bundles.toSorted((a, b) => a.last - a.first - (b.last - b.first))) {
    const isTaken = (lane: number): boolean =>
      taken.some(
        ({ bundle: other, lane: its }) =>
          its === lane &&
          other.isBack === bundle.isBack &&
          other.first < bundle.last + GAP &&
          bundle.first < other.last + GAP,
      );
    let lane = 0;
    while (isTaken(lane)) lane += 1;
    taken.push({ bundle, lane });
  }
  return taken.flatMap(({ bundle: { isBack, arcs }, lane }) => {
    const away = (lane + 1) * LANE;
    const edge = (box: StateBox): number => (isBack ? box.y + box.height : box.y);
    return arcs.map(({ from, to, transitions }) => ({
      from: from.path,
      to: to.path,
      transitions,
      x1: leaves(from, isBack),
      y1: edge(from),
      lane: isBack ? rowBottom + away : rowTop - away,
      x2: arrives(to, isBack),
      y2: edge(to),
    }));
  });
}

interface Bundle {
  readonly isBack: boolean;
  readonly arcs: readonly Ends[];
  readonly first: number;
  readonly last: number;
}

function bundlesOf(ends: readonly Ends[]): readonly Bundle[] {
  const byTarget = new Map<string, { readonly isBack: boolean; readonly arcs: Ends[] }>();
  for (const arc of ends) {
    const isBack = middle(arc.to) < middle(arc.from) || arc.from.path === arc.to.path;
    const key = `${arc.to.path} ${isBack}`;
    const bundle = byTarget.get(key);
    if (bundle === undefined) byTarget.set(key, { isBack, arcs: [arc] });
    else bundle.arcs.push(arc);
  }
  return [...byTarget.values()].map(({ isBack, arcs }) => {
    const places = arcs.flatMap(({ from, to }) => [leaves(from, isBack), arrives(to, isBack)]);
    return { isBack, arcs, first: Math.min(...places), last: Math.max(...places) };
  });
}

function leaves(box: StateBox, isBack: boolean): number {
  return middle(box) + (isBack ? -SIDE : SIDE);
}

function arrives(box: StateBox, isBack: boolean): number {
  return middle(box) + (isBack ? SIDE : -SIDE);
}

function middle({ x, width }: StateBox): number {
  return x + width / 2;
}

// The shapes of a pod that is nothing but a proxy, as paths. A waypoint has the mesh on both sides, a gateway only where it sends
// traffic on: corners are cut, and the body has a tip, where the mesh is.

import type { Box } from '../../view/index.ts';

const CUT = 11;

/** The pod's outline: cut on the left, a waypoint's on both sides. */
export function proxyOutline({ x, y, width, height }: Box, kind: 'gateway' | 'waypoint'): string {
  const [right, bottom] = [x + width, y + height];
  const far =
    kind === 'waypoint'
      ? `H${right - CUT}L${right} ${y + CUT}V${bottom - CUT}L${right - CUT} ${bottom}`
      : `H${right}V${bottom}`;
  return `M${x + CUT} ${y}${far}H${x + CUT}L${x} ${bottom - CUT}V${y + CUT}z`;
}

/** Envoy's body from wall to wall: a tip on the right, a waypoint's on both sides. */
export function proxyBody({ x, y, width, height }: Box, kind: 'gateway' | 'waypoint'): string {
  const half = height / 2;
  const [right, bottom] = [x + width, y + height];
  const left = kind === 'waypoint' ? `H${x + half}L${x} ${y + half}L${x + half} ${y}` : `H${x}V${y}`;
  return `M${x + half} ${y}H${right - half}L${right} ${y + half}L${right - half} ${bottom}${left}z`;
}

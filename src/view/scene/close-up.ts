// The one packet whose message is shown beside it when the picture is near: the selected one, else one of the selected request's, else
// the one nearest to the middle of what is seen.

import { FORM, type PacketFrame } from './packet-frame.ts';

export interface CloseUp {
  readonly packet: number;
  readonly x: number;
  readonly y: number;
}

/** What is seen of the picture, in its own coordinates. */
export interface SeenPart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Undefined while no packet is in sight. */
export function closeUpOf(frame: PacketFrame, record: number, seen: SeenPart): CloseUp | undefined {
  let best: CloseUp | undefined;
  let bestCost = Infinity;
  for (let at = 0; at < frame.count; at += 1) {
    const x = frame.x[at] ?? 0;
    const y = frame.y[at] ?? 0;
    if (x < seen.x || x > seen.x + seen.width || y < seen.y || y > seen.y + seen.height) continue;
    const packet = frame.id[at] ?? -1;
    const isHeld = ((frame.form[at] ?? 0) & FORM.selected) !== 0;
    const distance = Math.hypot(x - seen.x - seen.width / 2, y - seen.y - seen.height / 2);
    const cost = packet === record ? -2 : isHeld ? -1 : distance;
    if (cost >= bestCost) continue;
    best = { packet, x, y };
    bestCost = cost;
  }
  return best;
}

// The one packet whose message is shown beside it when the picture is near: the selected one, else one of the selected request's, else
// the one nearest to the middle of what is seen.

import type { AnyEntityId } from '../../kernel/index.ts';
import { FORM, type PacketFrame } from './packet-frame.ts';
import type { SceneModel } from './scene.ts';

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

interface Held {
  /** Legs of the selection. */
  readonly held: ReadonlySet<string>;
  /** The selected pod; -1: none. */
  readonly pod: AnyEntityId;
  readonly frame: PacketFrame;
}

/** The point of the picture that a selection is about: its packet, its pod, else the middle of its way; undefined for none. */
export function focusOf(
  { layout }: SceneModel,
  { held, pod, frame }: Held,
): { readonly x: number; readonly y: number } | undefined {
  const card = layout.pods.get(pod) ?? layout.groups.find((group) => group.pods.includes(pod));
  if (card !== undefined) return { x: card.x + card.width / 2, y: card.y + card.height / 2 };
  for (let at = 0; at < frame.count; at += 1)
    if (((frame.form[at] ?? 0) & FORM.selected) !== 0) return { x: frame.x[at] ?? 0, y: frame.y[at] ?? 0 };
  const boxes = [...held].flatMap((key) => layout.legs.get(key)?.box ?? []);
  if (boxes.length === 0) return undefined;
  const middleOf = (
    from: (box: (typeof boxes)[number]) => number,
    to: (box: (typeof boxes)[number]) => number,
  ): number => (Math.min(...boxes.map(from)) + Math.max(...boxes.map(to))) / 2;
  return {
    x: middleOf(
      ({ x }) => x,
      ({ x, width }) => x + width,
    ),
    y: middleOf(
      ({ y }) => y,
      ({ y, height }) => y + height,
    ),
  };
}

// Paints packets: arcs and straight lines on a canvas above the still picture. One pass per ink, so that a frame of thousands costs
// a handful of changes of state. Above a few hundred the rings go: form gives way to density.

import { DENSE_FROM, FORM, SHAPE_MASK, type PacketFrame } from '../../view/index.ts';

export interface PacketInks {
  readonly ground: string;
  readonly ring: string;
  readonly ok: string;
  readonly fail: string;
  readonly control: string;
  /** Probes of kubelets. */
  readonly probe: string;
  readonly held: string;
  readonly onFail: string;
  /** Badges of attempts. */
  readonly proxy: string;
  readonly onProxy: string;
  /** What thin lines are multiplied by. */
  readonly stroke: number;
  /** Font of the flags beside failures, in CSS pixels at scale 1. */
  readonly font: string;
}

/**
 * - `travel`: packets glide along their way.
 * - `still`: they stand, and an arrow says where each has come from.
 */
export type PacketManner = 'travel' | 'still';

/** From scene coordinates to the canvas: first scale, then shift, in CSS pixels. */
export interface PacketView {
  readonly scale: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly density: number;
  readonly manner: PacketManner;
}

/** Width of a figure of the flags' font: measuring every text of every frame would cost more than painting it. */
const FIGURE = 6.7;
const TURN = 2 * Math.PI;
/** Length of a still packet's arrow behind it. */
const ARROW = 22;
const DOT = 3.6;
/** In a crowd: so thin that a hundred on one spot are darker than ten. */
const DENSE_DOT = 2.2;
const DENSE_INK = 0.55;
const RING = 7.2;
/** Radius of the badge with the number of the attempt. */
const BADGE = 6.5;

/** Clears the canvas and paints a frame. */
export function paintPackets(
  context: CanvasRenderingContext2D,
  frame: PacketFrame,
  inks: PacketInks,
  view: PacketView,
): void {
  const { density, scale, shiftX, shiftY } = view;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  context.setTransform(density * scale, 0, 0, density * scale, density * shiftX, density * shiftY);
  if (frame.count > DENSE_FROM) {
    paintDensity(context, frame, inks);
    paintMarks(context, frame, inks);
    return;
  }
  if (view.manner === 'still') paintArrows(context, frame, inks);
  paintRings(context, frame, inks);
  paintDots(context, frame, inks);
  paintMarks(context, frame, inks);
  paintStacks(context, frame, inks);
  paintAttempts(context, frame, inks);
  paintFlags(context, frame, inks, view);
}

/** Rings leave room to what is in them: they get thicker by less than lines do. */
function thickness({ stroke }: PacketInks): number {
  return (1 + stroke) / 2;
}

function paintRings(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks): void {
  const { x, y, form, count } = frame;
  context.fillStyle = inks.ground;
  for (let at = 0; at < count; at += 1) {
    const px = x[at] ?? 0;
    const py = y[at] ?? 0;
    context.beginPath();
    context.arc(px, py, RING + 1.6, 0, TURN);
    context.fill();
    if (((form[at] ?? 0) & FORM.selected) === 0) continue;
    context.fillStyle = inks.held;
    context.beginPath();
    context.arc(px, py, RING + 3.6, 0, TURN);
    context.fill();
    context.fillStyle = inks.ground;
    context.beginPath();
    context.arc(px, py, RING - 0.4, 0, TURN);
    context.fill();
  }
  context.strokeStyle = inks.ring;
  context.lineWidth = 1.5 * thickness(inks);
  for (let at = 0; at < count; at += 1) {
    const px = x[at] ?? 0;
    const py = y[at] ?? 0;
    const isHollow = ((form[at] ?? 0) & SHAPE_MASK) === FORM.hollow;
    context.beginPath();
    if (((form[at] ?? 0) & FORM.encrypted) !== 0) {
      // A padlock: the ring is its body, the small arch its shackle.
      if (isHollow) context.arc(px, py, RING, -0.2 * TURN, 0.55 * TURN);
      else context.arc(px, py, RING, 0, TURN);
      context.moveTo(px - 2.6, py - RING);
      context.arc(px, py - RING - 0.6, 2.6, Math.PI, 0);
    } else {
      const pieces = isHollow ? 3 : 7;
      for (let piece = 0; piece < pieces; piece += 1) {
        const start = (piece * TURN) / 7;
        context.moveTo(px + RING * Math.cos(start), py + RING * Math.sin(start));
        context.arc(px, py, RING, start, start + TURN / 13);
      }
    }
    context.stroke();
  }
}

/** An arrow behind each packet, from where it comes to where it stands: what motion would have told. */
function paintArrows(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks): void {
  const { x, y, dx, dy, count } = frame;
  context.strokeStyle = inks.ring;
  context.lineWidth = 2 * thickness(inks);
  for (let at = 0; at < count; at += 1) {
    const [ax, ay] = [dx[at] ?? 0, dy[at] ?? 0];
    const tipX = (x[at] ?? 0) + ax * (RING + 9);
    const tipY = (y[at] ?? 0) + ay * (RING + 9);
    context.beginPath();
    context.moveTo((x[at] ?? 0) - ax * ARROW, (y[at] ?? 0) - ay * ARROW);
    context.lineTo(tipX, tipY);
    context.moveTo(tipX - ax * 5 - ay * 4, tipY - ay * 5 + ax * 4);
    context.lineTo(tipX, tipY);
    context.lineTo(tipX - ax * 5 + ay * 4, tipY - ay * 5 - ax * 4);
    context.stroke();
  }
}

/** A crowd: single forms would hide each other, so the ink says how many there are. */
function paintDensity(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks): void {
  const { x, y, form, count } = frame;
  context.globalAlpha = DENSE_INK;
  for (const [shape, ink] of [
    [FORM.circle, inks.ok],
    [FORM.square, inks.control],
    [FORM.triangle, inks.probe],
  ] as const) {
    context.fillStyle = ink;
    for (let at = 0; at < count; at += 1) {
      if (((form[at] ?? 0) & SHAPE_MASK) !== shape) continue;
      context.fillRect((x[at] ?? 0) - DENSE_DOT, (y[at] ?? 0) - DENSE_DOT, 2 * DENSE_DOT, 2 * DENSE_DOT);
    }
  }
  context.globalAlpha = 1;
}

/** The fine ones: circles in one ink, each on its own path (one path of thousands of arcs is slower to fill). */
function paintDots(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks): void {
  const { x, y, form, count } = frame;
  context.fillStyle = inks.ok;
  for (let at = 0; at < count; at += 1) {
    if (((form[at] ?? 0) & SHAPE_MASK) !== FORM.circle) continue;
    context.beginPath();
    context.arc(x[at] ?? 0, y[at] ?? 0, DOT, 0, TURN);
    context.fill();
  }
}

function paintMarks(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks): void {
  const { x, y, form, count } = frame;
  const isDense = count > DENSE_FROM;
  for (let at = 0; at < count; at += 1) {
    const shape = (form[at] ?? 0) & SHAPE_MASK;
    if (shape === FORM.circle || (isDense && shape !== FORM.diamond && shape !== FORM.hollow)) continue;
    const px = x[at] ?? 0;
    const py = y[at] ?? 0;
    context.beginPath();
    switch (shape) {
      case FORM.diamond:
        context.fillStyle = inks.fail;
        context.moveTo(px, py - 5.4);
        context.lineTo(px + 5.4, py);
        context.lineTo(px, py + 5.4);
        context.lineTo(px - 5.4, py);
        context.closePath();
        context.fill();
        break;
      case FORM.square:
        context.fillStyle = inks.control;
        context.rect(px - 3.6, py - 3.6, 7.2, 7.2);
        context.fill();
        break;
      case FORM.triangle:
        context.fillStyle = inks.probe;
        context.moveTo(px, py - 4.6);
        context.lineTo(px + 4.4, py + 3.4);
        context.lineTo(px - 4.4, py + 3.4);
        context.closePath();
        context.fill();
        break;
      default:
        context.strokeStyle = inks.fail;
        context.lineWidth = 1.5 * thickness(inks);
        context.arc(px, py, DOT - 0.5, 0, TURN);
        context.stroke();
    }
  }
}

/** The number beside a packet that stands for several. */
function paintStacks(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks): void {
  context.font = inks.font;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const { x, y, count } of frame.stacks) {
    const text = `×${count}`;
    const width = text.length * FIGURE + 6;
    context.fillStyle = inks.ground;
    context.beginPath();
    context.roundRect(x + RING + 3, y - 8, width, 16, 3);
    context.fill();
    context.fillStyle = inks.ring;
    context.fillText(text, x + RING + 6, y + 0.5);
  }
}

/** The number of the attempt, on packets of every attempt but the first. */
function paintAttempts(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks): void {
  context.font = inks.font;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  for (const { at, number } of frame.attempts) {
    const x = (frame.x[at] ?? 0) + RING + 2;
    const y = (frame.y[at] ?? 0) - RING - 2;
    context.fillStyle = inks.ground;
    context.beginPath();
    context.arc(x, y, BADGE + 1.5, 0, TURN);
    context.fill();
    context.fillStyle = inks.proxy;
    context.beginPath();
    context.arc(x, y, BADGE, 0, TURN);
    context.fill();
    context.fillStyle = inks.onProxy;
    context.fillText(String(number), x, y + 0.5);
  }
}

/** The flag beside a failure: its code in words. It keeps inside the canvas and gives way to the flag before it. */
function paintFlags(context: CanvasRenderingContext2D, frame: PacketFrame, inks: PacketInks, view: PacketView): void {
  context.font = inks.font;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  const taken: { readonly x: number; readonly y: number; readonly half: number }[] = [];
  for (const flag of frame.flags) {
    const half = context.measureText(flag.text).width / 2 + 6;
    const left = -view.shiftX / view.scale + half + 2;
    const right = (view.width - view.shiftX) / view.scale - half - 2;
    const x = Math.min(Math.max(flag.x, left), right);
    let y = flag.y - 24;
    while (taken.some((other) => Math.abs(other.y - y) < 20 && Math.abs(other.x - x) < other.half + half)) y -= 20;
    taken.push({ x, y, half });
    context.fillStyle = inks.fail;
    context.beginPath();
    context.roundRect(x - half, y - 9, 2 * half, 18, 4);
    context.fill();
    context.fillStyle = inks.onFail;
    context.fillText(flag.text, x, y + 0.5);
  }
}

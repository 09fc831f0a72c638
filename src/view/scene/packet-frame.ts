// One frame's packets in typed arrays that are used again for every frame, so that five thousand packets cost no garbage.

/**
 * The packet grammar as numbers, so that a painter can sort by it. Shape in the low bits, then the ring. A triangle is a kubelet's
 * probe, a square belongs to the control plane, a hollow one never arrives.
 */
export const FORM = {
  circle: 0,
  diamond: 1,
  square: 2,
  hollow: 3,
  triangle: 4,
  plaintext: 0,
  encrypted: 8,
  selected: 16,
} as const;
export const SHAPE_MASK = 7;

export interface Flag {
  readonly packet: number;
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Several packets at one point: one is drawn, with their number. */
export interface Stack {
  readonly x: number;
  readonly y: number;
  readonly count: number;
}

/** A packet that belongs to another attempt of a request than the first. */
export interface Attempt {
  /** Place in the arrays. */
  readonly at: number;
  /** From 2. */
  readonly number: number;
}

export class PacketFrame {
  count = 0;
  x = new Float32Array(256);
  y = new Float32Array(256);
  /** Direction of travel, a unit vector. */
  dx = new Float32Array(256);
  dy = new Float32Array(256);
  form = new Uint8Array(256);
  id = new Int32Array(256);
  /** What failed, in words, for the packets that carry bad news. */
  readonly flags: Flag[] = [];
  readonly stacks: Stack[] = [];
  readonly attempts: Attempt[] = [];

  clear(): void {
    this.count = 0;
    this.flags.length = 0;
    this.stacks.length = 0;
    this.attempts.length = 0;
  }

  /** Adds a packet at a point; what it is follows with `describe`. */
  add(id: number, form: number, point: PointOnWay): void {
    if (this.count === this.x.length) this.#grow();
    const at = this.count;
    this.x[at] = point.x;
    this.y[at] = point.y;
    this.dx[at] = point.dx;
    this.dy[at] = point.dy;
    this.form[at] = form;
    this.id[at] = id;
    this.count += 1;
  }

  /**
   * Parts packets that lie on top of each other: two or three stand abreast, across their way; of more one stands for all, with
   * their number.
   */
  spread(): void {
    const cells = new Map<number, number[]>();
    for (let at = 0; at < this.count; at += 1) {
      const cell = Math.round((this.x[at] ?? 0) / CELL) * 65_536 + Math.round((this.y[at] ?? 0) / CELL);
      const members = cells.get(cell);
      if (members === undefined) cells.set(cell, [at]);
      else members.push(at);
    }
    for (const members of cells.values()) if (members.length > 1) this.#part(members);
  }

  /** The packet drawn nearest to a point, if one lies within `radius`; -1 otherwise. */
  nearest(x: number, y: number, radius: number): number {
    let best = -1;
    let bestSquare = radius * radius;
    for (let at = 0; at < this.count; at += 1) {
      const dx = (this.x[at] ?? 0) - x;
      const dy = (this.y[at] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square > bestSquare) continue;
      best = this.id[at] ?? -1;
      bestSquare = square;
    }
    return best;
  }

  #part(members: readonly number[]): void {
    const [first = 0] = members;
    const [x, y] = [this.x[first] ?? 0, this.y[first] ?? 0];
    if (members.length > ABREAST_MAX) {
      this.stacks.push({ x, y, count: members.length });
      return;
    }
    // Those that go the other way have their direction turned: abreast is the same line for both.
    const [dx, dy] = [Math.abs(this.dx[first] ?? 0), Math.abs(this.dy[first] ?? 0)];
    members.forEach((at, place) => {
      const aside = (place - (members.length - 1) / 2) * ABREAST;
      this.x[at] = (this.x[at] ?? 0) + dy * aside;
      this.y[at] = (this.y[at] ?? 0) + dx * aside;
    });
  }

  #grow(): void {
    const size = this.x.length * 2;
    this.x = grown(this.x, new Float32Array(size));
    this.y = grown(this.y, new Float32Array(size));
    this.dx = grown(this.dx, new Float32Array(size));
    this.dy = grown(this.dy, new Float32Array(size));
    this.form = grown(this.form, new Uint8Array(size));
    this.id = grown(this.id, new Int32Array(size));
  }
}

export interface PointOnWay {
  x: number;
  y: number;
  dx: number;
  dy: number;
}

/** Packets nearer to each other than this are on top of each other. */
const CELL = 6;
/** Packets that may stand abreast, and how far apart. */
const ABREAST_MAX = 3;
const ABREAST = 18;

function grown<A extends Float32Array | Uint8Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

// What is seen of the picture: its scale, where it is scrolled to, and how a change of scale changes the level of detail. The layout
// is handed in; nothing here knows how a picture is painted.

import { tick } from 'svelte';
import { type AnyEntityId, type Box, type Camera, cameraOf, type Layout, type Zoom, zoomBy } from '../../view/index.ts';
import type { StageModel } from '../workspace/stage-model.svelte.ts';

/** Scales beyond which more, or less, of each pod is drawn, where nobody has chosen a level. */
const DEEPER_FROM = 2;
const SHALLOWER_BELOW = 0.62;
/** How large the picture is right after the level has changed. */
const SCALE_MIN = 0.95;
const SCALE_MAX = 1.6;
/** How large a pod is shown when one goes near it. */
const NEAR = 1.25;
/** Packets show what they carry from this scale on. */
const MESSAGES_FROM = 1.7;
/** Pictures of fewer cards are drawn whole, whatever is seen of them. */
const VAST_FROM = 150;
/** What is seen is known to this many pixels of the picture, with as much drawn around it: scrolling a little draws nothing anew. */
const GRAIN = 256;

interface Point {
  readonly x: number;
  readonly y: number;
}

export class StageView {
  /** The element that scrolls. */
  viewport = $state<HTMLElement>();
  /** Its size, in CSS pixels. */
  width = $state(0);
  height = $state(0);
  scroll = $state.raw<Point>({ x: 0, y: 0 });
  zoom = $state<Zoom>('fit');

  readonly camera: Camera = $derived.by(() =>
    cameraOf(this.#stage.size, this.#layout, this.zoom, this.#stage.legibility),
  );
  /** What is seen, in the picture's own pixels. */
  readonly seen = $derived.by(() => {
    const { scale, shiftX, shiftY } = this.camera;
    const x = (this.scroll.x - shiftX) / scale;
    const y = (this.scroll.y - shiftY) / scale;
    return { x, y, width: this.width / scale, height: this.height / scale };
  });
  /** Whether the picture goes on beyond what is seen, by axis and by side. */
  readonly overflow = $derived.by(() => ({
    x: this.#layout.width * this.camera.scale > this.width + 1,
    y: this.#layout.height * this.camera.scale > this.height + 1,
  }));
  readonly edges = $derived.by(() => {
    const { scale } = this.camera;
    return {
      left: this.overflow.x && this.scroll.x > 2,
      right: this.overflow.x && this.scroll.x + this.width < this.#layout.width * scale - 2,
      top: this.overflow.y && this.scroll.y > 2,
      bottom: this.overflow.y && this.scroll.y + this.height < this.#layout.height * scale - 2,
    };
  });
  /** Whether packets are so large that one shows what it carries. */
  readonly isNear = $derived.by(() => this.#layout.level === 'sockets' || this.camera.scale >= MESSAGES_FROM);

  readonly #stage: StageModel;
  readonly #layout: Layout = $derived.by(() => this.#stage.layout);
  readonly #isVast = $derived.by(() => this.#layout.pods.size + this.#layout.groups.length > VAST_FROM);
  /** As a text, because equal texts are equal. */
  readonly #drawn = $derived.by(() => {
    const { x, y, width, height } = this.seen;
    const down = (value: number): number => Math.floor(value / GRAIN - 1) * GRAIN;
    const up = (value: number): number => Math.ceil(value / GRAIN + 1) * GRAIN;
    return [down(x), down(y), up(x + width), up(y + height)].join(' ');
  });
  /** Whether a box of the picture has to be drawn: in sight or nearly so. */
  readonly isSeen = $derived.by(() => {
    if (!this.#isVast) return () => true;
    const [left = 0, top = 0, right = 0, bottom = 0] = this.#drawn.split(' ').map(Number);
    return ({ x, y, width, height }: Box) => x <= right && x + width >= left && y <= bottom && y + height >= top;
  });

  constructor(stage: StageModel) {
    this.#stage = stage;
  }

  /** From a place on the screen to one of the picture. */
  pointAt(clientX: number, clientY: number): Point {
    const box = this.viewport?.getBoundingClientRect();
    const { scale, shiftX, shiftY } = this.camera;
    return {
      x: (clientX - (box?.left ?? 0) + this.scroll.x - shiftX) / scale,
      y: (clientY - (box?.top ?? 0) + this.scroll.y - shiftY) / scale,
    };
  }

  fit(): void {
    this.#stage.depth = undefined;
    this.zoom = 'fit';
  }

  /** Zooms about the middle of what is seen; with something to look at, that comes to the middle. */
  zoomBy(factor: number, focus?: Point): void {
    this.#zoomTo(zoomBy(this.camera.scale, factor), focus ?? this.#middle(), this.#centre);
  }

  /** Zooms about a place on the screen, which goes on showing the same point of the picture. */
  zoomAt(factor: number, clientX: number, clientY: number): void {
    const box = this.viewport?.getBoundingClientRect();
    const place = { x: clientX - (box?.left ?? 0), y: clientY - (box?.top ?? 0) };
    this.#zoomTo(zoomBy(this.camera.scale, factor), this.pointAt(clientX, clientY), place);
  }

  /** Very near, more is drawn, and from afar less. `around` of the picture is then at `place` of the stage. */
  #zoomTo(scale: number, around: Point, place: Point): void {
    const level =
      scale >= DEEPER_FROM ? this.#stage.deeper : scale < SHALLOWER_BELOW ? this.#stage.shallower : undefined;
    if (level === undefined) {
      this.zoom = scale;
      void tick().then(() => this.scrollTo(around.x, around.y, place));
      return;
    }
    const before = nearestStop(this.#layout, around);
    this.#stage.depth = level;
    const after = before === undefined ? undefined : stopOf(this.#layout, before.pod);
    if (before === undefined || after === undefined) {
      this.zoom = scale;
      return;
    }
    // A card is as wide on the screen as it was, within reason, and stays where it was.
    const wanted = (scale * before.box.width) / after.width;
    this.zoom = Math.min(SCALE_MAX, Math.max(SCALE_MIN, wanted));
    const x = after.x + share(around.x - before.box.x, before.box.width) * after.width;
    const y = after.y + share(around.y - before.box.y, before.box.height) * after.height;
    void tick().then(() => this.scrollTo(x, y, place));
  }

  /** Shows a pod from near, with all that its network namespace holds. */
  goNear(pod: AnyEntityId): void {
    this.#stage.depth = 'sockets';
    const box = stopOf(this.#layout, pod);
    if (box !== undefined) {
      this.zoom = Math.min(NEAR, Math.max(SCALE_MIN, (this.width - 24) / box.width));
      void tick().then(() => this.scrollTo(box.x + box.width / 2, box.y + box.height / 2));
    }
  }

  /** Brings a point of the picture to a place of the stage, its middle unless given, as far as the picture reaches. */
  scrollTo(x: number, y: number, place = this.#centre): void {
    const { scale, shiftX, shiftY } = this.camera;
    this.viewport?.scrollTo({ left: x * scale + shiftX - place.x, top: y * scale + shiftY - place.y });
  }

  reveal({ x, y, width, height }: Box): void {
    this.scrollTo(x + width / 2, y + height / 2);
    // The element tells of its scrolling only later; what has come into sight is to be drawn now.
    this.followScroll();
  }

  followScroll(): void {
    const { viewport } = this;
    if (viewport !== undefined) this.scroll = { x: viewport.scrollLeft, y: viewport.scrollTop };
  }

  get #centre(): Point {
    return { x: this.width / 2, y: this.height / 2 };
  }

  #middle(): Point {
    const { x, y, width, height } = this.seen;
    return { x: x + width / 2, y: y + height / 2 };
  }
}

/** How far into a card a point lies; a point beside it is near its edge. */
function share(offset: number, size: number): number {
  return Math.min(1.2, Math.max(-0.2, offset / size));
}

/** The card of a pod, or of the group it belongs to. */
function stopOf(layout: Layout, pod: AnyEntityId): Box | undefined {
  return layout.pods.get(pod) ?? layout.groups.find((group) => group.pods.includes(pod));
}

function nearestStop(layout: Layout, { x, y }: Point): { readonly pod: AnyEntityId; readonly box: Box } | undefined {
  let best: { readonly pod: AnyEntityId; readonly box: Box } | undefined;
  let bestDistance = Infinity;
  const look = (pod: AnyEntityId | undefined, box: Box): void => {
    const distance = Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
    if (pod === undefined || distance >= bestDistance) return;
    best = { pod, box };
    bestDistance = distance;
  };
  for (const [pod, box] of layout.pods) look(pod, box);
  for (const group of layout.groups) look(group.pods[0], group);
  return best;
}

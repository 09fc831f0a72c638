// The stage as a picture of its own: what is drawn, with every style written into it, packets as an image above, the legend and a
// caption below. Nothing in it is fetched: fonts are those of the reader's system, by name.

/** What a picture needs of the page. */
export interface PictureParts {
  /** The stage's drawing. */
  readonly drawing: SVGSVGElement;
  /** The packets as they are painted over it; undefined where nothing paints them. */
  readonly packets: HTMLCanvasElement | undefined;
  /** Each sign of the legend with its word. */
  readonly legend: readonly { readonly sign: SVGSVGElement; readonly word: string }[];
  readonly caption: string;
}

/** Presentation that style sheets give and a picture has to carry. */
const PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-opacity',
  'opacity',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'letter-spacing',
] as const;
/** Attributes a picture has no use for: it neither acts nor is styled from outside. */
const KEPT_OUT = /^(class|style|tabindex|role|data-.*|aria-.*|on.*)$/;
const NAMESPACE = 'http://www.w3.org/2000/svg';
const MARGIN = 16;
const FOOT = 44;
/** Between two signs of the legend, and from a sign to its word. */
const GAP = 18;
const WORD = 6;
const PNG_SCALE = 2;

export interface Picture {
  readonly svg: string;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** The stage at its size on screen. */
export function pictureOf({ drawing, packets, legend, caption }: PictureParts): Picture {
  const box = drawing.getBoundingClientRect();
  const [width, height] = [Math.ceil(box.width) + 2 * MARGIN, Math.ceil(box.height) + 2 * MARGIN + FOOT];
  const style = getComputedStyle(drawing);
  const [ground, ink] = [style.getPropertyValue('--stage').trim(), style.getPropertyValue('--ink-2').trim()];
  const root = element('svg', { xmlns: NAMESPACE, width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' });
  const title = element('title', {});
  title.textContent = caption;
  const scene = styledCopy(drawing);
  place(scene, { x: MARGIN, y: MARGIN, width: box.width, height: box.height });
  root.append(title, element('rect', { width, height, fill: ground }), scene);
  if (packets !== undefined) root.append(imageOf(packets, box));
  root.append(...footOf(legend, { caption, ink, font: style.fontFamily, top: height - FOOT, width }));
  return { svg: `${new XMLSerializer().serializeToString(root)}\n`, width, height };
}

/** The picture as pixels, two for each of the screen's. Rejects where the browser cannot draw it. */
export async function pngOf({ svg, width, height }: Picture): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * PNG_SCALE, height * PNG_SCALE];
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('the canvas gave no image'));
      else resolve(blob);
    }, 'image/png');
  });
}

/** A copy with its styles written into it. The page's own element stays as it is. */
function styledCopy(source: SVGSVGElement): SVGSVGElement {
  const copy = source.cloneNode(true) as SVGSVGElement; // a clone is of its own kind
  const originals = [source, ...source.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  const hidden: Element[] = [];
  for (const [at, original] of originals.entries()) {
    const one = copies[at];
    if (one === undefined) continue;
    const style = getComputedStyle(original);
    if (style.display === 'none' || style.visibility === 'hidden') hidden.push(one);
    for (const { name } of [...one.attributes]) if (KEPT_OUT.test(name)) one.removeAttribute(name);
    for (const property of PROPERTIES) {
      const value = style.getPropertyValue(property);
      if (value !== '') one.setAttribute(property, value);
    }
  }
  for (const one of hidden) one.remove();
  return copy;
}

/** The part of the canvas that lies over the drawing. */
function imageOf(packets: HTMLCanvasElement, drawing: DOMRect): SVGElement {
  const box = packets.getBoundingClientRect();
  return element('image', {
    x: box.left - drawing.left + MARGIN,
    y: box.top - drawing.top + MARGIN,
    width: box.width,
    height: box.height,
    href: packets.toDataURL('image/png'),
  });
}

interface Foot {
  readonly caption: string;
  readonly ink: string;
  readonly font: string;
  readonly top: number;
  readonly width: number;
}

/** The legend from the left in one line, the caption beneath it. */
function footOf(legend: PictureParts['legend'], { caption, ink, font, top, width }: Foot): readonly SVGElement[] {
  const text = (x: number, y: number, said: string): SVGElement => {
    const line = element('text', { x, y, fill: ink, 'font-family': font, 'font-size': 12 });
    line.textContent = said;
    return line;
  };
  const signs: SVGElement[] = [];
  let x = MARGIN;
  for (const { sign, word } of legend) {
    const box = sign.getBoundingClientRect();
    const copy = styledCopy(sign);
    place(copy, { x, y: top + 10 - box.height / 2, width: box.width, height: box.height });
    const at = x + box.width + WORD;
    const end = at + lengthOf(word, font);
    if (end > width - MARGIN) break;
    signs.push(copy, text(at, top + 14, word));
    x = end + GAP;
  }
  return [...signs, text(MARGIN, top + 36, caption)];
}

/** Width of a word in CSS pixels, at 12 of them. */
function lengthOf(word: string, font: string): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return word.length * 12; // no wider than that in any language
  context.font = `12px ${font}`;
  return context.measureText(word).width;
}

function place(
  one: SVGSVGElement,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): void {
  for (const [name, value] of Object.entries(box)) one.setAttribute(name, String(value));
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  return made;
}

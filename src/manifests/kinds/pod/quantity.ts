// Kubernetes quantities as numbers, to compare two of them. Source: kubernetes/apimachinery:pkg/api/resource/quantity.go.

const form = /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?[0-9]+))?$/;

const factors: ReadonlyMap<string, number> = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 1024],
  ['Mi', 1_048_576],
  ['Gi', 1_073_741_824],
  ['Ti', 1_099_511_627_776],
  ['Pi', 1_125_899_906_842_624],
  ['Ei', 1_152_921_504_606_846_976],
]);

/** In whole units (cores, bytes); undefined when the text is no quantity. Exact enough to compare, not to add up. */
export function quantityOf(quantity: string | number): number | undefined {
  if (typeof quantity === 'number') return quantity;
  const match = form.exec(quantity);
  if (!match) return undefined;
  const [, digits = '', suffix, exponent] = match;
  if (exponent !== undefined) return Number(`${digits}e${exponent}`);
  return Number(digits) * (suffix === undefined ? 1 : (factors.get(suffix) ?? 1));
}

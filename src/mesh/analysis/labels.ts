// Labels and what selects by them.
import type { LabelSelector } from '../../manifests/index.ts';
import { selectorMatches } from '../../manifests/index.ts';
import type { AnalysisObject } from './context.ts';
import { byCodeUnits } from './context.ts';
import { get, list, text, textMap, texts } from './fields.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whether all of `selector` stands among `labels`; an empty selector selects everything. */
export function selects(selector: Labels, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector))
    if (!Object.hasOwn(labels, key) || labels[key] !== value) return false;
  return true;
}

export function isEmpty(selector: Labels): boolean {
  return Object.keys(selector).length === 0;
}

/** A selector as kubectl writes it: `app=web,tier=front`, sorted by key. */
export function selectorText(selector: Labels): string {
  return Object.entries(selector)
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** The first label of a selector, to point at. */
export function firstKey(selector: Labels): readonly string[] {
  return Object.keys(selector).slice(0, 1);
}

/** A LabelSelector from a manifest; undefined when it is absent or uses an unknown operator. */
function labelSelector(value: unknown): LabelSelector | undefined {
  if (value === undefined) return undefined;
  return {
    matchLabels: textMap(value, 'matchLabels'),
    matchExpressions: list(value, 'matchExpressions').map((expression) => ({
      key: text(expression, 'key'),
      // An operator that is none of the four matches nothing.
      operator: text(expression, 'operator') as 'In',
      values: texts(expression, 'values'),
    })),
  };
}

/** Whether `webhook` is called for a pod with these labels; an absent selector selects everything. */
export function webhookSelects(webhook: unknown, namespaceLabels: Labels, podLabels: Labels): boolean {
  const namespaces = labelSelector(get(webhook, 'namespaceSelector')) ?? {};
  const pods = labelSelector(get(webhook, 'objectSelector')) ?? {};
  return selectorMatches(namespaces, namespaceLabels) && selectorMatches(pods, podLabels);
}

export function labelsOf(object: AnalysisObject | undefined): Labels {
  return object?.metadata.labels ?? {};
}

// Stage one of injection: which webhook, if any, the API server calls for a new pod. Selectors over the labels of its namespace
// and its own; at most one of a revision's webhooks matches. Without a match istiod is never asked.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml at 1.31.
import type { LabelSelector } from '../../manifests/index.ts';
import { selectorMatches } from '../../manifests/index.ts';
import type { Trail } from '../trail.ts';

type Labels = Readonly<Record<string, string>>;

/** One label's demand. */
type Requirement =
  | { readonly key: string; readonly is: 'in' | 'not-in'; readonly values: readonly string[] }
  | { readonly key: string; readonly is: 'absent' };

export interface WebhookSelectors {
  /** `namespace.sidecar-injector.istio.io`. */
  readonly name: string;
  readonly namespace: readonly Requirement[];
  readonly pod: readonly Requirement[];
}

const injection = 'istio-injection';
const revisionLabel = 'istio.io/rev';
const inject = 'sidecar.istio.io/inject';

const notOptedOut: Requirement = { key: inject, is: 'not-in', values: ['false'] };
const absent = (key: string): Requirement => ({ key, is: 'absent' });
const oneOf = (key: string, ...values: readonly string[]): Requirement => ({ key, is: 'in', values });

/** The webhooks an installation of a revision makes; those for `istio-injection` belong to the revision `default` alone. */
export function webhooksOf(revision: string): readonly WebhookSelectors[] {
  const byRevision: readonly WebhookSelectors[] = [
    {
      name: 'rev.namespace.sidecar-injector.istio.io',
      namespace: [oneOf(revisionLabel, revision), absent(injection)],
      pod: [notOptedOut],
    },
    {
      name: 'rev.object.sidecar-injector.istio.io',
      namespace: [absent(revisionLabel), absent(injection)],
      pod: [notOptedOut, oneOf(revisionLabel, revision)],
    },
  ];
  if (revision !== 'default') return byRevision;
  return [
    ...byRevision,
    { name: 'namespace.sidecar-injector.istio.io', namespace: [oneOf(injection, 'enabled')], pod: [notOptedOut] },
    {
      name: 'object.sidecar-injector.istio.io',
      namespace: [absent(injection), absent(revisionLabel)],
      pod: [oneOf(inject, 'true'), absent(revisionLabel)],
    },
  ];
}

/** Whether a webhook as its MutatingWebhookConfiguration states it is called for a pod with these labels. */
export function isSelected(
  webhook: { readonly namespaceSelector?: LabelSelector; readonly objectSelector?: LabelSelector },
  namespaceLabels: Labels,
  podLabels: Labels,
): boolean {
  const { namespaceSelector = {}, objectSelector = {} } = webhook;
  return selectorMatches(namespaceSelector, namespaceLabels) && selectorMatches(objectSelector, podLabels);
}

/** Whether the API server calls a webhook for a pod with these labels. */
export function isCalled(webhook: WebhookSelectors, namespaceLabels: Labels, podLabels: Labels): boolean {
  return failedRequirement(webhook, namespaceLabels, podLabels) === undefined;
}

/** The webhook that is called; undefined: none, the pod is stored as it came. */
export function calledWebhook(
  webhooks: readonly WebhookSelectors[],
  namespaceLabels: Labels,
  podLabels: Labels,
  trail?: Trail,
): WebhookSelectors | undefined {
  const source = 'istio/istio:manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml';
  for (const webhook of webhooks) {
    const failed = failedRequirement(webhook, namespaceLabels, podLabels);
    if (failed === undefined) {
      trail?.took('injection.webhook', { params: { webhook: webhook.name }, source });
      return webhook;
    }
    const { of, requirement } = failed;
    const params = { webhook: webhook.name, label: requirement.key, value: labelsOf(of)[requirement.key] ?? '-' };
    trail?.left(webhook.name, of === 'pod' ? 'injection.pod-label' : 'injection.namespace-label', { params, source });
  }
  trail?.took('injection.no-webhook', { source });
  return undefined;

  function labelsOf(of: 'namespace' | 'pod'): Labels {
    return of === 'pod' ? podLabels : namespaceLabels;
  }
}

interface Failed {
  readonly of: 'namespace' | 'pod';
  readonly requirement: Requirement;
}

function failedRequirement(webhook: WebhookSelectors, namespaceLabels: Labels, podLabels: Labels): Failed | undefined {
  const ofNamespace = webhook.namespace.find((requirement) => !holds(requirement, namespaceLabels));
  if (ofNamespace !== undefined) return { of: 'namespace', requirement: ofNamespace };
  const ofPod = webhook.pod.find((requirement) => !holds(requirement, podLabels));
  return ofPod === undefined ? undefined : { of: 'pod', requirement: ofPod };
}

function holds(requirement: Requirement, labels: Labels): boolean {
  const value = labels[requirement.key];
  switch (requirement.is) {
    case 'absent':
      return value === undefined;
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case 'not-in':
      return value === undefined || !requirement.values.includes(value);
  }
}

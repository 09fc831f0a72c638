// What the API server asks before it stores a new object: is there a namespace, is there the service account, what do the
// webhooks say. A packet's journey with a sidecar begins here: the pod gains its proxy in `review`.
import type { Context } from '../../kernel/index.ts';
import { NO_RECORD } from '../../kernel/index.ts';
import { NO_ENTITY } from '../../host/index.ts';
import type { Resource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { record } from '../../trace/index.ts';
import type { AdmissionWebhook, ClusterWiring } from '../api.ts';
import { originOf } from '../objects/origin.ts';
import type { Objects } from './objects.ts';
import { keyOf, namespaceLabels, readyEndpoint } from './objects.ts';

/** Why the API server refuses to store a new object, in its own words; undefined when it does not. */
export function refusalOf(objects: Objects, resource: Resource): string | undefined {
  const { kind, metadata } = resource;
  const { namespace, name } = metadata;
  if (namespace === '') return undefined;
  const home = objects.byKey.get(`Namespace//${namespace}`);
  if (home === undefined) return `namespaces "${namespace}" not found`;
  if (home.deletedAt !== undefined) {
    return `${plural(kind)} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
  }
  return isKind(resource, 'Pod')
    ? missingAccount(objects, namespace, name, resource.spec.serviceAccountName ?? 'default')
    : undefined;
}

/** `default` is made with every namespace; simplified: a pod never comes too early for it. */
function missingAccount(objects: Objects, namespace: string, pod: string, account: string): string | undefined {
  if (account === 'default' || objects.byKey.get(`ServiceAccount/${namespace}/${account}`) !== undefined)
    return undefined;
  return `pods "${pod}" is forbidden: error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
}

/** A kind as it stands in the API's paths and messages: `pods`, `networkpolicies`. */
export function plural(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith('s')) return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** The next webhook that is called for a resource, from `first` on; -1 when none is. */
export function nextWebhook(wiring: ClusterWiring, objects: Objects, resource: Resource, first: number): number {
  const labels = namespaceLabels(objects, resource.metadata.namespace);
  return webhooksOf(wiring, objects).findIndex(
    (webhook, index) => index >= first && webhook.kinds.includes(resource.kind) && webhook.matches(resource, labels),
  );
}

/** All webhooks there are: those of the installation, unless the store has their configuration too, then those of the store. */
export function webhooksOf({ webhooks, webhooksIn }: ClusterWiring, objects: Objects): readonly AdmissionWebhook[] {
  if (objects.webhooks.length === 0 || webhooksIn === undefined) return webhooks;
  const stored = objects.webhooks.flatMap((key) => objects.byKey.get(key)?.resource ?? []);
  const names = new Set(stored.map(({ metadata }) => metadata.name));
  return [...webhooks.filter(({ configuration }) => !names.has(configuration)), ...stored.flatMap(webhooksIn)];
}

export type Verdict =
  { readonly kind: 'goes-on'; readonly resource: Resource } | { readonly kind: 'refused'; readonly reason: string };

/** Calls one webhook and records what it decided. */
export function callWebhook(
  ctx: Context,
  webhook: AdmissionWebhook,
  call: {
    readonly objects: Objects;
    readonly resource: Resource;
    readonly revision: number;
    readonly kubelets: readonly string[];
  },
): Verdict {
  const { objects, resource, revision, kubelets } = call;
  const { namespace, name } = webhook.service;
  let verdict: Verdict;
  let chosen: string;
  const server = readyEndpoint(objects, webhook.service);
  if (server === undefined) {
    const isFatal = webhook.failurePolicy === 'Fail';
    chosen = isFatal ? 'failed' : 'ignored';
    const post = `Post "https://${name}.${namespace}.svc:443/inject?timeout=10s": no endpoints available for service "${name}"`;
    const reason = `Internal error occurred: failed calling webhook "${webhook.name}": failed to call webhook: ${post}`;
    verdict = isFatal ? { kind: 'refused', reason } : { kind: 'goes-on', resource };
  } else {
    const labels = namespaceLabels(objects, resource.metadata.namespace);
    const result = webhook.review(resource, labels, {
      kubelets,
      server: server.pod,
      configMap: (namespace, name) => objects.byKey.get(`ConfigMap/${namespace}/${name}`)?.resource,
    });
    chosen = result.allowed ? result.rule : 'denied';
    const denied = `admission webhook "${webhook.name}" denied the request: `;
    verdict = result.allowed
      ? { kind: 'goes-on', resource: result.resource }
      : { kind: 'refused', reason: denied + result.reason };
  }
  ctx.cause = record(ctx, 'decision', {
    point: 'admission',
    subject: ctx.self,
    connection: NO_ENTITY,
    request: NO_RECORD,
    chosen,
    input: { webhook: webhook.name, object: keyOf(resource) },
    configuration: NO_ENTITY,
    origin: originOf(resource, revision),
  });
  return verdict;
}

// `inject`: is a pod injected, by which webhook and revision, as what kind of sidecar; without a pod named: what becomes of
// every pod that the manifests would make.
import * as v from 'valibot';
import type { Container, LabelSelector, ManifestFile, PodResource } from '../../../../manifests/index.ts';
import { injectionError, injectPod, isInjectionRequired, isNativeSidecar, isSelected } from '../../../../mesh/index.ts';
import { field, meshConfigurationOf } from '../environment.ts';
import { injectionValuesOf, injectorConfigOf } from '../injection-values.ts';
import { podsOf } from '../pod-texts.ts';
import type { StepResult } from '../protocol.ts';
import { readName } from '../protocol.ts';
import type { CaseState } from '../step-kind.ts';
import { question, unsupported } from '../step-kind.ts';

export const injectStep = question('inject', v.object({ pod: v.optional(v.string()) }), ({ pod }, state) =>
  pod === undefined ? injectAll(state) : injectOne(pod, state),
);

// --- one pod: the decision

function injectOne(name: string, state: CaseState): StepResult {
  const wanted = readName(name);
  const found = podsOf(filesOf(state)).find(
    ({ owner, pod }) => owner === `Pod/${wanted.name}` && pod.metadata.namespace === wanted.namespace,
  );
  if (found === undefined) return { exception: `no pod ${name}` };
  const { pod } = found;
  const webhooks = webhooksFor(pod, state);
  const isCalled = webhooks.length === 0 || webhooks.some(({ injected }) => injected);
  const { istiod } = meshConfigurationOf(state.env);
  return {
    injected: isCalled && isInjectionRequired(pod, injectorConfigOf(state.env)),
    nativeSidecar: isNativeSidecar(pod, istiod, kubeletsOf(state, pod)),
    webhooks,
    revision: webhooks.find(({ injected }) => injected)?.revision ?? null,
  };
}

interface WebhookAnswer {
  readonly webhook: string;
  readonly revision: string;
  readonly injected: boolean;
}

/** The cluster's own webhook configurations; none means that istiod is asked in any case. */
function webhooksFor(pod: PodResource, { cluster }: CaseState): readonly WebhookAnswer[] {
  const { namespace } = pod.metadata;
  const namespaceLabels =
    cluster.object({ kind: 'Namespace', namespace: '', name: namespace })?.resource.metadata.labels ?? {};
  return cluster.objects().flatMap(({ resource }) => {
    if (resource.kind !== 'MutatingWebhookConfiguration') return [];
    const webhooks = v.parse(webhooksSchema, field(resource.object, 'webhooks') ?? []);
    return {
      webhook: resource.metadata.name,
      revision: resource.metadata.labels['istio.io/rev'] ?? 'default',
      injected: webhooks.some((webhook) => isSelected(selectorsOf(webhook), namespaceLabels, pod.metadata.labels)),
    };
  });
}

const selector = v.object({
  matchLabels: v.optional(v.record(v.string(), v.string()), {}),
  matchExpressions: v.optional(
    v.array(
      v.object({
        key: v.string(),
        operator: v.picklist(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: v.optional(v.array(v.string()), []),
      }),
    ),
    [],
  ),
});
const webhooksSchema = v.array(
  v.object({ namespaceSelector: v.nullish(selector), objectSelector: v.nullish(selector) }),
);

function selectorsOf(webhook: v.InferOutput<typeof webhooksSchema>[number]): {
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
} {
  return { namespaceSelector: webhook.namespaceSelector ?? {}, objectSelector: webhook.objectSelector ?? {} };
}

/** The node's own if the pod is bound, else all; from the env, else from Node manifests, else the baseline's. */
function kubeletsOf({ env, cluster }: CaseState, pod: PodResource): readonly string[] {
  if (env.nodes !== undefined) return env.nodes;
  const nodes = cluster.objects().filter(({ resource }) => resource.kind === 'Node');
  const own = nodes.filter(({ resource }) => resource.metadata.name === pod.spec.nodeName);
  const versions = (own.length > 0 ? own : nodes).map(({ resource }) => {
    const version = field(field(field(resource.object, 'status'), 'nodeInfo'), 'kubeletVersion');
    return typeof version === 'string' ? version : '';
  });
  return versions.length > 0 ? versions : [meshConfigurationOf(env).versions.kubernetes];
}

function filesOf({ cluster }: CaseState): readonly ManifestFile[] {
  return cluster.changes.flatMap((change) => (change.kind === 'apply' ? change.files : []));
}

// --- all pods: their shape

function injectAll(state: CaseState): StepResult {
  const pods = podsOf(filesOf(state));
  const mesh = meshConfigurationOf(state.env);
  const values = injectionValuesOf(state.env);
  const required = pods.map(({ pod }) => isInjectionRequired(pod, injectorConfigOf(state.env)));
  const error = pods
    .map(({ pod }, index) => (required[index] === true ? injectionError(pod) : undefined))
    .find(Boolean);
  if (error !== undefined) return unsupported(error);
  return {
    pods: pods.map(({ owner, pod }, index) => {
      const isNative = isNativeSidecar(pod, mesh.istiod, kubeletsOf(state, pod));
      const after = required[index] === true ? injectPod(pod, { mesh, isNative, values }) : pod;
      return {
        owner,
        initContainers: (after.spec.initContainers ?? []).map(shapeOf),
        containers: after.spec.containers.map(shapeOf),
        addedLabels: added(pod.metadata.labels, after.metadata.labels),
        addedAnnotations: added(pod.metadata.annotations, after.metadata.annotations),
        hostNetwork: after.spec.hostNetwork === true,
      };
    }),
  };
}

function shapeOf(container: Container): object {
  const { name, restartPolicy, readinessProbe, livenessProbe, startupProbe, lifecycle } = container;
  return {
    name,
    restartPolicy,
    readinessProbe,
    livenessProbe,
    startupProbe,
    lifecycle: lifecycle === undefined ? undefined : Object.keys(lifecycle).sort(),
  };
}

function added(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value));
}

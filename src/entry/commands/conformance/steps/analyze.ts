// `analyze`: what `istioctl analyze` says of the manifests as files: nothing defaulted, no namespace where none is written.
// What the schemas and istiod's webhook say of one object alone comes from the manifests room, as everywhere.
import * as v from 'valibot';
import { parse as parseYaml, parseAllDocuments } from 'yaml';
import { parseManifests } from '../../../../manifests/index.ts';
import type { AnalysisObject } from '../../../../mesh/analysis/index.ts';
import { alphaAnalyzer, analyze, analyzers, defaultIngressGateway, fullName } from '../../../../mesh/analysis/index.ts';
import { meshConfigOf } from '../environment.ts';
import type { CaseState } from '../step-kind.ts';
import { question } from '../step-kind.ts';

export const analyzeStep = question('analyze', v.object({ analyzer: v.string() }), ({ analyzer }, state) => {
  const { env } = state;
  const config: Readonly<Record<string, unknown>> = { rootNamespace: env.rootNamespace, ...meshConfigOf(env) };
  const networks: unknown = env.meshNetworksYaml === undefined ? {} : parseYaml(env.meshNetworksYaml);
  const service: unknown = config['ingressService'];
  const gateway =
    config['ingressControllerMode'] === 'OFF'
      ? []
      : defaultIngressGateway(typeof service === 'string' ? service : undefined);
  const input = {
    objects: [...objectsOf(textsOf(state)), ...gateway],
    mesh: { config, networks },
    now: Date.now(),
    ...(env.cluster2 === undefined ? {} : { otherClusters: new Map([['cluster2', objectsOf(env.cluster2)]]) }),
  };
  // Each analyzer by itself: what two of them say is said once only where all are run together.
  const messages = [...analyzers, alphaAnalyzer].flatMap((each) => analyze(input, [each]));
  return {
    messages: [
      ...messages.map(({ code, origin, analyzer: by }) => ({
        code,
        origin: `${origin.kind} ${fullName(origin)}`,
        analyzer: by,
      })),
      ...schemaMessages(state, analyzer),
    ],
  };
});

function textsOf({ cluster }: CaseState): readonly string[] {
  return cluster.changes.flatMap((change) => (change.kind === 'apply' ? change.files.map(({ text }) => text) : []));
}

const clusterKinds: readonly string[] = [
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'ValidatingWebhookConfiguration',
];

const anyObject = v.record(v.string(), v.unknown());
const texts = v.optional(v.record(v.string(), v.fallback(v.string(), '')), {});
const document = v.object({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.object({
    name: v.nullish(v.string(), ''),
    namespace: v.nullish(v.string(), ''),
    labels: v.nullish(texts, {}),
    annotations: v.nullish(texts, {}),
  }),
});

/** The objects of YAML texts, those of lists one by one; one given twice is there as its last document says. */
function objectsOf(manifests: readonly string[]): readonly AnalysisObject[] {
  const byName = new Map<string, AnalysisObject>();
  for (const value of manifests.flatMap(valuesOf)) {
    const read = v.safeParse(document, value);
    if (!read.success) continue; // upstream passes over it too
    const { apiVersion, kind, metadata } = read.output;
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const { name, labels, annotations } = metadata;
    const namespace = clusterKinds.includes(kind) ? '' : metadata.namespace;
    const object = {
      group,
      kind,
      metadata: { name, namespace, labels, annotations },
      object: value,
    };
    byName.set(`${group}/${kind}/${namespace}/${name}`, object);
  }
  return [...byName.values()];
}

/** The values of a text's documents; one that cannot be read leaves the others. */
function valuesOf(text: string): readonly unknown[] {
  return parseAllDocuments(text, { merge: true, uniqueKeys: false })
    .filter(({ errors }) => errors.length === 0)
    .flatMap((parsed) => flatten(parsed.toJS()));
}

function flatten(value: unknown): readonly unknown[] {
  const read = v.safeParse(v.object({ kind: v.literal('List'), items: v.array(anyObject) }), value);
  return read.success ? read.output.items : [value];
}

const refused = ['IST0106', 'IST0130', 'IST0131', 'IST0133'];

/** What the manifests room says under a code of upstream's, in the name of the analyzer that was asked if it is of that family. */
function schemaMessages(state: CaseState, asked: string): readonly object[] {
  if (!/^schema/i.test(asked)) return [];
  const { diagnostics } = parseManifests(
    textsOf(state).map((text, index) => ({ path: `manifest-${index}.yaml`, text })),
    { keepsInvalid: true, defaultNamespace: unnamed },
  );
  const found = diagnostics.flatMap(({ code, resource }) => {
    if (resource === undefined || !refused.includes(code)) return [];
    const { kind, namespace, name } = resource;
    return [{ code, origin: `${kind} ${namespace === '' || namespace === unnamed ? '' : `${namespace}/`}${name}` }];
  });
  return found.map((message) => ({ ...message, analyzer: asked }));
}

/** Stands for the namespace that no text names. */
const unnamed = 'no-namespace-in-the-text';

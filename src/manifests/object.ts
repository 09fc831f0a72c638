// One object: which kind it says it is, whether it fits that kind's schema and rules, and the resource it becomes.
// Order as in the API server: prune, default, schema; then the kind's own defaults and checks.
//
// Strictness is kubectl's: since Kubernetes 1.27 `kubectl apply` asks for strict field validation, so an unknown field or a
// wrong type rejects the whole object. Source: kubernetes/kubectl:pkg/cmd/util/helpers.go AddValidateFlags.

import {
  type GatewayApiChannel,
  homeOfKind,
  type KnownKind,
  lookUpKind,
  metadataDefinitions,
  metadataSchema,
  splitApiVersion,
} from './catalog.ts';
import { type Finding } from './finding.ts';
import { get, isObject, type JsonObject, type JsonValue } from './json.ts';
import type { KindDefinition } from './kinds/definition.ts';
import { type MessageKey, messages } from './messages.ts';
import { metadataOf, validateMetadata } from './metadata.ts';
import { findMisreadings } from './misreading.ts';
import { Report } from './report.ts';
import type { ObjectMeta, ResourceRef, Support } from './resource.ts';
import type { CautionReader } from './cautions/index.ts';
import { yamlValueOf } from './yaml-document.ts';
import type { SourceNode } from './source-tree.ts';
import { type Checked, checkStructure, type Dialect } from './structural/check.ts';
import { reportWrongType } from './structural/wrong-value.ts';
import { type RuleEvaluator, type RuleViolation, violationsOf, withEnvelope } from './structural/rules.ts';

export interface ObjectOptions {
  readonly defaultNamespace: string;
  readonly gatewayApiChannel: GatewayApiChannel;
  /** Keep an object that rules refuse, as long as it fits its types. */
  readonly keepsInvalid: boolean;
  /** Of custom resources: their CRD alone, or istiod's webhook too. */
  readonly layer: 'schema' | 'all';
  /** Absent: the rules of CRDs are passed over. */
  readonly evaluateRule: RuleEvaluator | undefined;
  /** Absent: what the engine does not act on goes unsaid. */
  readonly cautionsOf: CautionReader | undefined;
}

/** A resource that does not know yet where its document stands. */
export interface ObjectDraft {
  readonly apiVersion: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly object: JsonObject;
  readonly support: Support;
  /** The fields of the kind's typed view; {} for kinds without one. */
  readonly fields: object;
  readonly tree: SourceNode;
}

export interface ObjectReading {
  readonly ref: ResourceRef | undefined;
  readonly findings: readonly Finding[];
  /** Absent when the object is rejected. */
  readonly draft?: ObjectDraft;
}

export function readObject(value: JsonObject, tree: SourceNode, text: string, options: ObjectOptions): ObjectReading {
  const report = new Report(text, tree);
  const subject = identify(value, report, options);
  const draft = subject && readSubject(value, subject);
  const findings = withoutConsequences(report.findings);
  return { ref: subject?.ref ?? undefined, findings, ...(draft && { draft }) };
}

const misreadings = new Set<MessageKey>(['full-width-colon', 'full-width-space', 'no-break-space', 'yaml-colon-space']);
/** Where a line was misread, what it said is missing elsewhere: one mistake, one message. */
const consequences = new Set<MessageKey>(['name-missing', 'required-field']);

function withoutConsequences(findings: readonly Finding[]): readonly Finding[] {
  if (!findings.some(({ message }) => misreadings.has(message))) return findings;
  return findings.filter(({ message }) => !consequences.has(message));
}

// ---- What it says it is -------------------------------------------------------------------------------------------

/** An object whose kind is clear. */
interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: a kind no schema is known of, or one the cluster does not have (then `isServed` is false). */
  readonly known: KnownKind | undefined;
  readonly definition: KindDefinition | undefined;
  readonly isServed: boolean;
  readonly namespace: string;
  /** Absent without a name. */
  readonly ref: ResourceRef | undefined;
  readonly options: ObjectOptions;
  readonly report: Report;
}

function identify(value: JsonObject, report: Report, options: ObjectOptions): Subject | undefined {
  const chart = chartOf(value);
  if (chart) {
    report.add('not-for-the-cluster', ['apiVersion'], { kind: chart, tool: 'helm template' }, { aim: 'head' });
    return undefined;
  }
  const apiVersion = readWord(value, 'apiVersion', report);
  const kind = readWord(value, 'kind', report);
  if (apiVersion === undefined || kind === undefined) return undefined;
  const tool = toolOf(apiVersion);
  if (tool !== undefined) {
    report.add('not-for-the-cluster', ['kind'], { kind, tool });
    return undefined;
  }
  const lookup = lookUpKind(apiVersion, kind, options.gatewayApiChannel.crds);
  const known = lookup.found === 'known' ? lookup.kind : undefined;
  const isVersion = known !== undefined || /^[^/]+(\/[^/]+)?$/.test(apiVersion);
  if (!isVersion) report.add('api-version-invalid', ['apiVersion'], { apiVersion });
  else if (lookup.found !== 'known' && lookup.found !== 'unknown') reportMissingKind(lookup, apiVersion, kind, report);

  const metadata = get(value, 'metadata');
  const written = isObject(metadata) ? get(metadata, 'namespace') : undefined;
  const name = isObject(metadata) ? get(metadata, 'name') : undefined;
  const ownNamespace = typeof written === 'string' && written !== '' ? written : options.defaultNamespace;
  const namespace = known?.scope === 'Cluster' ? '' : ownNamespace;
  return {
    apiVersion,
    kind,
    known,
    definition: known?.statement,
    isServed: known !== undefined || lookup.found === 'unknown',
    namespace,
    ref: typeof name === 'string' ? { kind, namespace, name } : undefined,
    options,
    report,
  };
}

/** Groups of files that look like objects and are read by a tool on the way to the cluster. */
const tools: ReadonlyMap<string, string> = new Map([
  ['kustomize.config.k8s.io', 'kubectl kustomize'],
  ['install.istio.io', 'istioctl manifest generate'],
  ['skaffold', 'skaffold render'],
]);

function toolOf(apiVersion: string): string | undefined {
  return tools.get(splitApiVersion(apiVersion).group);
}

/** Helm's Chart.yaml: an apiVersion, a name and a version at the top, and no kind. */
function chartOf(value: JsonObject): string | undefined {
  const isChart =
    get(value, 'kind') === undefined &&
    ['apiVersion', 'name', 'version'].every((key) => typeof get(value, key) === 'string');
  return isChart ? 'Chart.yaml' : undefined;
}

function readWord(value: JsonObject, key: 'apiVersion' | 'kind', report: Report): string | undefined {
  const word = get(value, key);
  if (typeof word === 'string' && word !== '') return word;
  if (word === undefined || word === null || word === '') {
    const misread = misreadKey(key, report);
    if (misread) report.addFinding(misread);
    else report.add(key === 'kind' ? 'kind-missing' : 'api-version-missing', [key], {}, { aim: 'head' });
  } else {
    reportWrongType(report, [key], word, 'string');
  }
  return undefined;
}

/** `kind` may be missing because its key was misread: a full-width space before it makes it another key. */
function misreadKey(key: string, report: Report): Finding | undefined {
  for (const [name, entry] of report.tree.entries ?? []) {
    if (!name.trim().endsWith(key) && !name.startsWith(key)) continue;
    const [found] = findMisreadings(report.text, entry.key);
    if (found) return found;
  }
  return undefined;
}

type MissingKind = Exclude<ReturnType<typeof lookUpKind>, { found: 'known' | 'unknown' }>;

function reportMissingKind(lookup: MissingKind, apiVersion: string, kind: string, report: Report): void {
  const replacement = (text: string) => ({ fix: { title: 'fix-replace', text } }) as const;
  switch (lookup.found) {
    case 'removed': {
      const { since, instead } = lookup.removed;
      if (instead === undefined) report.add('removed-kind', ['kind'], { apiVersion, kind, since });
      else
        report.add('removed-api-version', ['apiVersion'], { apiVersion, kind, since, instead }, replacement(instead));
      return;
    }
    case 'no-such-version': {
      const { instead } = lookup;
      report.add('no-such-version', ['apiVersion'], { apiVersion, kind, instead }, replacement(instead));
      return;
    }
    case 'no-such-kind': {
      const instead = homeOfKind(kind);
      const { near } = lookup;
      if (instead !== undefined) {
        report.add('no-such-version', ['apiVersion'], { apiVersion, kind, instead }, replacement(instead));
      } else if (near !== undefined) {
        report.add('no-such-kind-near', ['kind'], { apiVersion, kind, near }, replacement(near));
      } else {
        report.add('no-such-kind', ['kind'], { apiVersion, kind });
      }
    }
  }
}

// ---- Whether it fits ----------------------------------------------------------------------------------------------

/** The stored object, or undefined when it is rejected. */
function readSubject(value: JsonObject, subject: Subject): ObjectDraft | undefined {
  const { apiVersion, kind, known, definition, namespace, options, report } = subject;
  if (!subject.isServed || (report.hasErrors && !options.keepsInvalid)) return undefined;
  const metadata = readMetadata(get(value, 'metadata'), subject);
  const body = known ? readBody(value, known, subject) : { object: value, isSound: true };
  // Only a kind with a typed view needs its types to hold.
  const isUsable = body.isSound || (options.keepsInvalid && definition?.isTyped !== true);
  if (!metadata || !isUsable) return undefined;

  const stored = { ...body.object, metadata };
  const object = known && definition?.isTyped === true ? withDefaults(stored, known, definition, subject) : stored;
  if (!object) return undefined;
  const meta = metadataOf(isObject(object['metadata']) ? object['metadata'] : {}, namespace);
  const violations =
    known && body.isSound && !report.hasErrors ? violationsOfBody(stored, body.object, known, options) : [];
  if (body.isSound) validateByKind(object, meta, subject, violations.length > 0);
  // Many rules say what the kind's own checks say more exactly: one mistake, one message.
  const unsaid = violations.filter(({ path }) => !report.hasErrorAt(path));
  for (const violation of unsaid) reportViolation(violation, report);
  if (report.hasErrors && !options.keepsInvalid) return undefined;

  const support: Support = definition?.support ?? (known ? 'accepted' : 'unknown');
  if (support === 'accepted') report.add('accepted-not-simulated', ['kind'], { kind });
  if (support === 'unknown') report.add('unknown-kind', ['kind'], { apiVersion, kind });
  const { group } = splitApiVersion(apiVersion);
  for (const { path, within } of options.cautionsOf?.({ group, kind, yamlValueOf }, stored) ?? [])
    if (within === '') report.add('field-not-simulated', path, {}, { aim: 'key' });
    else report.add('text-not-simulated', path, { within }, { aim: 'key' });
  const fields = definition ? definition.fields(object) : {};
  return {
    apiVersion,
    ...splitApiVersion(apiVersion),
    kind,
    metadata: meta,
    object,
    support,
    fields,
    tree: report.tree,
  };
}

/**
 * Says what the kind's own checks find. For a custom resource they are istiod's, whom the API server asks last: of an object
 * that is refused before, istiod's errors are still worth knowing, but its warnings nobody ever sees.
 */
function validateByKind(object: JsonObject, meta: ObjectMeta, subject: Subject, breaksRules: boolean): void {
  const { definition, known, options, report } = subject;
  if (known?.origin === 'kubernetes') {
    definition?.validate(object, report, meta);
    return;
  }
  if (options.layer === 'schema') return;
  const isRefused = report.hasErrors || breaksRules;
  const asked = new Report(report.text, report.tree);
  definition?.validate(object, asked, meta);
  for (const found of asked.findings) {
    const severity = found.severity ?? messages[found.message].severity;
    if (!isRefused || severity !== 'warning') report.addFinding(found);
  }
}

/** The API server asks the rules only of an object that has nothing else wrong with it. */
function violationsOfBody(
  stored: JsonObject,
  body: JsonObject,
  known: KnownKind,
  { evaluateRule }: ObjectOptions,
): readonly RuleViolation[] {
  if (!evaluateRule) return [];
  const { schema, definitions } = known;
  return violationsOf({ value: withEnvelope(body, stored), schema, definitions }, evaluateRule);
}

function reportViolation({ path, rule, verdict }: RuleViolation, report: Report): void {
  if (verdict.kind === 'violated') report.add('rule-violated', path, { message: verdict.message }, { aim: 'value' });
  else report.add('rule-not-evaluated', path, { rule: rule.rule, reason: verdict.reason }, { aim: 'value' });
}

/** Metadata as stored, or undefined when it cannot be one. */
function readMetadata(value: JsonValue | undefined, subject: Subject): JsonObject | undefined {
  const { report, kind, namespace, definition, options } = subject;
  const path = ['metadata'];
  if (value !== undefined && value !== null && !isObject(value)) {
    reportWrongType(report, path, value, 'object');
    return undefined;
  }
  const checked = checkStructure(value ?? {}, {
    schema: metadataSchema,
    definitions: metadataDefinitions,
    dialect: { kind: 'go', checksRequired: false, coerces: options.keepsInvalid },
    report,
    path,
  });
  const { namespace: _written, ...rest } = isObject(checked.value) ? checked.value : {};
  if (!checked.isSound) return undefined;
  const object = namespace === '' ? rest : { ...rest, namespace };
  const metadata = metadataOf(object, namespace);
  if (metadata.name === '') {
    if (get(object, 'generateName') === undefined)
      report.add('name-missing', [...path, 'name'], { kind }, { aim: 'head' });
    else report.add('generate-name', [...path, 'generateName'], {}, { aim: 'key' });
    return undefined;
  }
  const isRole = subject.known?.group === 'rbac.authorization.k8s.io';
  validateMetadata(metadata, report, definition?.nameRule ?? (isRole ? 'path-segment' : 'dns-subdomain'));
  return object;
}

interface Body {
  readonly object: JsonObject;
  /** It has the types its schema states. */
  readonly isSound: boolean;
}

/** Everything but metadata. The type and status are kept as written. */
function readBody(value: JsonObject, known: KnownKind, subject: Subject): Body {
  const { apiVersion = null, kind = null, status } = value;
  const checked = checkBody(value, known, subject, subject.report);
  const object = isObject(checked.value) ? checked.value : {};
  return {
    object: { apiVersion, kind, ...object, ...(status !== undefined && { status }) },
    isSound: checked.isSound,
  };
}

/**
 * Fills in the kind's defaults. They may create objects nobody wrote (the `spec` of a Pod without one), in which something
 * required is then missing: only when nothing is does the object fit the kind's TypeScript type.
 */
function withDefaults(
  stored: JsonObject,
  known: KnownKind,
  definition: KindDefinition,
  subject: Subject,
): JsonObject | undefined {
  const object = definition.defaults(stored);
  const second = new Report(subject.report.text, subject.report.tree);
  if (checkBody(object, known, subject, second).isSound) return object;
  for (const found of second.findings) if (found.message === 'required-field') subject.report.addFinding(found);
  return undefined;
}

function checkBody(object: JsonObject, known: KnownKind, subject: Subject, report: Report): Checked {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, status: _status, ...body } = object;
  const coerces = subject.options.keepsInvalid;
  // Of Kubernetes' own kinds without a typed view, only the types are checked: OpenAPI calls more required than the API server does.
  const dialect: Dialect =
    known.origin === 'kubernetes'
      ? { kind: 'go', checksRequired: subject.definition?.isTyped === true, coerces }
      : { kind: 'crd', checksRequired: true, coerces };
  return checkStructure(body, { schema: known.schema, definitions: known.definitions, dialect, report, path: [] });
}

// How backends are to be reached: BackendTLSPolicy, XBackendTrafficPolicy and XBackend, with what each is attached to and which
// Gateways that concerns. Source: istio/istio:pilot/pkg/config/kube/gateway/backend_policies.go at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type {
  BackendTLSPolicyResource,
  BackendTLSValidation,
  LocalObjectReference,
  XBackendResource,
  XBackendTrafficPolicyResource,
} from '../../manifests/index.ts';
import { GATEWAY_API_GROUP } from '../../manifests/index.ts';
import { missingBundle } from './certificates.ts';
import { met, type Outcomes, type Problem, unmet } from './conditions.ts';
import { inOrder } from './in-order.ts';
import type { RouteResource } from './route-resource.ts';
import type { RouteState } from './routes.ts';
import type { GatewayApiView } from './view.ts';

export type PolicyResource = BackendTLSPolicyResource | XBackendTrafficPolicyResource | XBackendResource;

/** What a policy is in force for: a target of it (in the mesh), or a Gateway that routes to one. */
export interface PolicyAncestor {
  readonly reference: Readonly<Record<string, string>>;
  readonly role: 'mesh' | 'gateway';
  readonly outcomes: Outcomes;
}

export interface PolicyState {
  readonly object: StoredObject<PolicyResource>;
  readonly ancestors: readonly PolicyAncestor[];
  /** The targets it is in force for, by their place in `targetRefs`; of an XBackend, 0. */
  readonly targets: readonly number[];
}

/** Backends -> the Gateways whose routes name them, whether or not the routes are accepted. */
type GatewaysByBackend = ReadonlyMap<string, ReadonlySet<string>>;

export function readPolicies(view: GatewayApiView, routes: readonly RouteState[]): readonly PolicyState[] {
  const { alphaApis } = view.settings;
  const ofTls = view.all('BackendTLSPolicy');
  const backends = alphaApis ? view.all('XBackend') : [];
  const gateways = ofTls.length + backends.length === 0 ? new Map<string, never>() : gatewaysByBackend(routes);
  return [
    ...ofTls.map((object) => readTlsPolicy(view, object, gateways)),
    ...(alphaApis ? view.all('XBackendTrafficPolicy').map((object) => readTrafficPolicy(view, object)) : []),
    ...backends.map((object) => readBackend(view, object, gateways)),
  ];
}

function gatewaysByBackend(routes: readonly RouteState[]): GatewaysByBackend {
  const result = new Map<string, Set<string>>();
  for (const { object } of routes) {
    const { metadata, spec }: RouteResource = object.resource;
    const gateways = (spec.parentRefs ?? [])
      .filter(({ group, kind }) => group === GATEWAY_API_GROUP && kind === 'Gateway')
      .map(({ namespace = metadata.namespace, name }) => `${namespace}/${name}`);
    for (const rule of spec.rules ?? []) {
      for (const { kind, namespace = metadata.namespace, name } of rule.backendRefs ?? []) {
        const key = `${kind}/${namespace}/${name}`;
        const known = result.get(key) ?? new Set<string>();
        result.set(key, known);
        for (const gateway of gateways) known.add(gateway);
      }
    }
  }
  return result;
}

// ---- BackendTLSPolicy

const valid = 'Configuration is valid';

function readTlsPolicy(
  view: GatewayApiView,
  object: StoredObject<BackendTLSPolicyResource>,
  gateways: GatewaysByBackend,
): PolicyState {
  const { metadata, spec } = object.resource;
  if (isIgnored(object)) return ignored(object, spec.targetRefs.map(tlsTarget));
  const ca = caProblems(view, spec.validation, metadata.namespace);
  const resolved = ca.resolved === undefined ? met('ResolvedRefs', valid) : unmet(ca.resolved);
  // A target that cannot be had spoils what is said of those after it, and of the Gateways, too.
  let problem = ca.accepted;
  const concerned = new Set<string>();
  const targets: number[] = [];
  const ancestors = spec.targetRefs.map((target, index): PolicyAncestor => {
    const missing = targetProblem(view, target, metadata.namespace, ['Service', 'ServiceEntry']);
    const conflict = missing === undefined ? conflictOf(view, object, target) : undefined;
    problem = missing ?? conflict ?? problem;
    if (missing === undefined) {
      const key = `${target.kind}/${metadata.namespace}/${target.name}`;
      for (const gateway of gateways.get(key) ?? []) concerned.add(gateway);
      if (conflict === undefined) targets.push(index);
    }
    const Accepted = problem === undefined ? met('Accepted', valid + ca.warning) : unmet(problem);
    return { reference: tlsTarget(target), role: 'mesh', outcomes: { Accepted, ResolvedRefs: resolved } };
  });
  const Accepted = problem === undefined ? met('Accepted', valid + ca.warning) : unmet(problem);
  const outcomes = { Accepted, ResolvedRefs: resolved };
  const ofGateways = inOrder(concerned).map((key): PolicyAncestor => {
    const name = key.slice(key.indexOf('/') + 1);
    return { reference: { group: GATEWAY_API_GROUP, kind: 'Gateway', name }, role: 'gateway', outcomes };
  });
  return { object, ancestors: [...ancestors, ...ofGateways], targets };
}

type TlsTarget = BackendTLSPolicyResource['spec']['targetRefs'][number];

function tlsTarget({ group, kind, name, sectionName }: TlsTarget): PolicyAncestor['reference'] {
  return { group, kind, name, ...(sectionName !== undefined && { sectionName }) };
}

function targetProblem(
  view: GatewayApiView,
  { group, kind, name, sectionName = '' }: TlsTarget,
  namespace: string,
  kinds: readonly string[],
): Problem | undefined {
  const message = targetMessage();
  return message === undefined ? undefined : { reason: 'TargetNotFound', message: `targetRefs invalid: ${message}` };

  function targetMessage(): string | undefined {
    if (!isReferable(group, kind)) return `unsupported kind ${kind}`;
    if (!kinds.includes(kind)) return `unsupported reference kind: ${kind}`;
    const found = view.find(kind === 'Service' ? 'Service' : 'ServiceEntry', namespace, name)?.resource.spec;
    if (found === undefined) return `reference ${namespace}/${name} (of kind ${kind}) not found`;
    if (sectionName === '' || found.ports?.some((port) => port.name === sectionName)) return undefined;
    return `sectionName "${sectionName}" does not exist in ${kind} ${namespace}/${name}`;
  }
}

/** The kinds istiod looks references up in. */
function isReferable(group: string, kind: string): boolean {
  return group === ''
    ? ['Service', 'ConfigMap', 'Secret'].includes(kind)
    : `${group}/${kind}` === 'networking.istio.io/ServiceEntry';
}

/** An older policy for the very same target, or of one age the one that comes first by name. */
function conflictOf(
  view: GatewayApiView,
  own: StoredObject<BackendTLSPolicyResource>,
  target: TlsTarget,
): Problem | undefined {
  const { metadata } = own.resource;
  const first = view.all('BackendTLSPolicy').find((other) => {
    const { metadata: its, spec } = other.resource;
    if (other.uid === own.uid || its.namespace !== metadata.namespace || isIgnored(other)) return false;
    const isOlder = other.createdAt === own.createdAt ? its.name < metadata.name : other.createdAt < own.createdAt;
    return isOlder && spec.targetRefs.some((its) => isSameTarget(its, target));
  });
  if (first === undefined) return undefined;
  const message = `Conflicts with BackendTLSPolicy "${first.resource.metadata.name}" targeting the same backend`;
  return { reason: 'Conflicted', message };
}

function isSameTarget(a: TlsTarget, b: TlsTarget): boolean {
  return a.group === b.group && a.kind === b.kind && a.name === b.name && a.sectionName === b.sectionName;
}

// ---- XBackendTrafficPolicy and XBackend

function readTrafficPolicy(view: GatewayApiView, object: StoredObject<XBackendTrafficPolicyResource>): PolicyState {
  const { metadata, spec } = object.resource;
  const references = spec.targetRefs.map(({ group, kind, name }) => ({ group, kind, name }));
  if (isIgnored(object)) return ignored(object, references);
  const unsupported =
    spec.sessionPersistence === undefined
      ? ''
      : ', but Istio does not support the following fields: sessionPersistence';
  let problem: Problem | undefined;
  const targets: number[] = [];
  const ancestors = references.map((reference, index): PolicyAncestor => {
    const missing = targetProblem(view, reference, metadata.namespace, ['Service']);
    if (missing === undefined) targets.push(index);
    problem = missing ?? problem;
    const Accepted = problem === undefined ? met('Accepted', valid + unsupported) : unmet(problem);
    return { reference, role: 'mesh', outcomes: { Accepted } };
  });
  return { object, ancestors, targets };
}

function readBackend(
  view: GatewayApiView,
  object: StoredObject<XBackendResource>,
  gateways: GatewaysByBackend,
): PolicyState {
  const { metadata, spec, group, kind } = object.resource;
  const { tls } = spec;
  const isVerified = tls?.mode === 'ServerOnly' && tls.validation !== undefined;
  const ca = isVerified ? caProblems(view, tls.validation, metadata.namespace) : noCaProblems;
  const accepted =
    spec.externalHostname === undefined
      ? { reason: 'Invalid', message: `unsupported backend type: ${spec.type}` }
      : tls?.mode === 'ClientAndServer'
        ? {
            reason: 'Invalid',
            message: 'unsupported ClientAndServer TLS mode: Istio does not support client certificates on backend',
          }
        : ca.accepted;
  const outcomes: Outcomes = {
    Accepted: accepted === undefined ? met('Accepted', valid + ca.warning) : unmet(accepted),
    ResolvedRefs: ca.resolved === undefined ? met('ResolvedRefs', valid) : unmet(ca.resolved),
  };
  const concerned = inOrder(gateways.get(`XBackend/${metadata.namespace}/${metadata.name}`) ?? []);
  return {
    object,
    ancestors: [
      { reference: { group, kind, name: metadata.name }, role: 'mesh', outcomes },
      ...concerned.map((key): PolicyAncestor => {
        const [namespace = '', name = ''] = key.split('/');
        return { reference: { group: GATEWAY_API_GROUP, kind: 'Gateway', namespace, name }, role: 'gateway', outcomes };
      }),
    ],
    targets: accepted === undefined ? [0] : [],
  };
}

// ---- Certificates of whom to trust

interface CaProblems {
  readonly accepted: Problem | undefined;
  readonly resolved: Problem | undefined;
  /** Stands behind the message of an accepted policy. */
  readonly warning: string;
}

const noCaProblems: CaProblems = { accepted: undefined, resolved: undefined, warning: '' };

function caProblems(
  view: GatewayApiView,
  { wellKnownCACertificates: wellKnown, caCertificateRefs = [] }: BackendTLSValidation,
  namespace: string,
): CaProblems {
  if (wellKnown !== undefined) {
    if (wellKnown === 'System') return noCaProblems;
    const message = `Unknown wellKnownCACertificates: ${wellKnown}`;
    return { ...noCaProblems, accepted: { reason: 'Invalid', message } };
  }
  const [ref, ...more] = caCertificateRefs;
  if (ref === undefined) return noCaProblems;
  const warning = more.length > 0 ? '; warning: only the first caCertificateRefs will be used' : '';
  const problem = caProblem(view, ref, namespace);
  if (problem === undefined) return { ...noCaProblems, warning };
  const accepted = { reason: 'NoValidCACertificate', message: `Certificate reference invalid: ${problem.error}` };
  return { accepted, resolved: { reason: problem.reason, message: `${problem.said}: ${problem.error}` }, warning };
}

/** Only ConfigMaps may be named. */
function caProblem(
  view: GatewayApiView,
  { group, kind, name }: LocalObjectReference,
  namespace: string,
): { readonly reason: string; readonly said: string; readonly error: string } | undefined {
  if (!isReferable(group, kind))
    return { reason: 'InvalidKind', said: 'Certificate reference not supported', error: `unsupported kind ${kind}` };
  const isConfigMap = kind === 'ConfigMap';
  const lookUp = isConfigMap
    ? 'ConfigMap'
    : kind === 'Secret'
      ? 'Secret'
      : kind === 'Service'
        ? 'Service'
        : 'ServiceEntry';
  const found = view.find(lookUp, namespace, name)?.resource;
  if (found === undefined) {
    const error = `reference ${namespace}/${name} (of kind ${kind}) not found`;
    return { reason: 'InvalidCACertificateRef', said: 'Certificate reference not found', error };
  }
  if (found.kind !== 'ConfigMap')
    return {
      reason: 'InvalidKind',
      said: 'Certificate reference invalid',
      error: `unsupported reference kind: ${kind}`,
    };
  const error = missingBundle(found);
  return error === undefined ? undefined : { reason: 'InvalidCACertificateRef', said: 'Certificate invalid', error };
}

// ---- Policies that ask to be left alone

const ignoreAnnotation = 'istio.io/ignore-policy-attachment';

function isIgnored({ resource: { metadata } }: StoredObject): boolean {
  return metadata.annotations[ignoreAnnotation]?.toLowerCase() === 'true';
}

function ignored(
  object: StoredObject<PolicyResource>,
  references: readonly PolicyAncestor['reference'][],
): PolicyState {
  const message = `Ignored by Istio due to annotation ${ignoreAnnotation}=true`;
  const outcomes = { Accepted: unmet({ reason: 'IgnoredByIstio', message }) };
  return { object, ancestors: references.map((reference) => ({ reference, role: 'mesh', outcomes })), targets: [] };
}

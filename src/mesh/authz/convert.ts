// From manifests to what ztunnels enforce: AuthorizationPolicy with its HTTP parts left out, PeerAuthentication STRICT as DENY policies.
// Source: istio/istio:pilot/pkg/serviceregistry/ambient/{authorization,policies,workloads}.go at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type {
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicyResource,
  AuthorizationRule,
  AuthorizationSource,
  MutualTlsMode,
  PeerAuthenticationResource,
  ResourceRef,
} from '../../manifests/index.ts';
import { byAge } from '../age.ts';
import { originOf } from '../origin.ts';
import { Remembered } from '../remembered.ts';
import type { IpBlock } from './ip-block.ts';
import { parseIpBlock } from './ip-block.ts';
import type {
  ServiceAccountMatch,
  StringMatch,
  ZtunnelGroup,
  ZtunnelMatch,
  ZtunnelPolicy,
  ZtunnelRule,
} from './ztunnel-policy.ts';
import { policyKey } from './ztunnel-policy.ts';

type Authorization = StoredObject<AuthorizationPolicyResource>;
type PeerAuthentication = StoredObject<PeerAuthenticationResource>;

export interface Conversion {
  /** Undefined: ztunnels get nothing of it. */
  readonly policy: ZtunnelPolicy | undefined;
  /** The warning of its ZtunnelAccepted condition; undefined when all of it is enforced, or none is meant for ztunnels. */
  readonly warning: ConversionWarning | undefined;
}

export type ConversionWarning =
  | { readonly kind: 'dry-run' }
  | { readonly kind: 'unsupported-action'; readonly action: string }
  /** HTTP parts were left out. `effect`: an ALLOW rule never matches; a DENY policy applies to more; a DENY policy can match nothing. */
  | {
      readonly kind: 'http-fields';
      readonly fields: readonly string[];
      readonly effect: 'allow-omitted' | 'deny-widened' | 'deny-without-effect';
    };

/** The name of the policy that stands for "STRICT everywhere", in the root namespace. */
const staticStrictName = 'istio_converted_static_strict';

/** Every policy ztunnels hold. */
export function convertForZtunnel(
  authorizations: readonly Authorization[],
  peerAuthentications: readonly PeerAuthentication[],
  rootNamespace: string,
): readonly ZtunnelPolicy[] {
  const converted = [
    ...authorizations.map((policy) => convertAuthorizationPolicy(policy, rootNamespace).policy),
    ...convertedPeers.get(peerAuthentications, [rootNamespace], () => [
      ...peerAuthentications.map((policy) => convertPeerAuthentication(policy, peerAuthentications, rootNamespace)),
      peerAuthentications.length === 0 ? undefined : staticStrict(rootNamespace),
    ]),
  ];
  return converted.filter((policy) => policy !== undefined);
}

const convertedPeers = new Remembered<readonly PeerAuthentication[], readonly (ZtunnelPolicy | undefined)[]>();

/** The policy that a manifest became; undefined when ztunnels get nothing of it. */
export function policyFrom(
  policies: readonly ZtunnelPolicy[],
  ref: Pick<ResourceRef, 'kind' | 'namespace' | 'name'>,
): ZtunnelPolicy | undefined {
  const name = ref.kind === 'PeerAuthentication' ? convertedName(ref.name) : ref.name;
  return policies.find((policy) => policy.namespace === ref.namespace && policy.name === name);
}

/** Names of the policies that select one workload: what its entry in the workload API lists. Scopes NAMESPACE and GLOBAL apply without being listed. */
export function policiesSelecting(
  authorizations: readonly Authorization[],
  peerAuthentications: readonly PeerAuthentication[],
  workload: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  rootNamespace: string,
): readonly string[] {
  const index = selectors.get(authorizations, [], () => selectorIndex(authorizations));
  const namespaces = new Set([rootNamespace, workload.namespace]);
  const labels = ['', ...Object.entries(workload.labels).map(([key, value]) => `${key}=${value}`)];
  const selecting = [...namespaces].flatMap((namespace) =>
    labels.flatMap((label) =>
      (index.get(`${namespace}/${label}`) ?? []).filter(
        (policy) =>
          selects(policy.resource.spec.selector?.matchLabels ?? {}, workload.labels) &&
          convertAuthorizationPolicy(policy, rootNamespace).policy !== undefined,
      ),
    ),
  );
  const names = selecting
    .map(({ resource }) => policyKey(resource.metadata))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return [...names, ...strictPolicies(peerAuthentications, workload, rootNamespace)];
}

/** Policies with a selector by their namespace and the first label they ask for; '' where they ask for none. */
type SelectorIndex = ReadonlyMap<string, readonly Authorization[]>;

const selectors = new Remembered<readonly Authorization[], SelectorIndex>();

function selectorIndex(authorizations: readonly Authorization[]): SelectorIndex {
  const index = new Map<string, Authorization[]>();
  for (const policy of authorizations) {
    const { metadata, spec } = policy.resource;
    const labels = spec.selector?.matchLabels;
    if (labels === undefined) continue;
    const [first] = Object.entries(labels);
    const key = `${metadata.namespace}/${first === undefined ? '' : first.join('=')}`;
    const list = index.get(key);
    if (list === undefined) index.set(key, [policy]);
    else list.push(policy);
  }
  return index;
}

// --- AuthorizationPolicy

const conversions = new Remembered<Authorization, Conversion>();

export function convertAuthorizationPolicy(object: Authorization, rootNamespace: string): Conversion {
  return conversions.get(object, [rootNamespace], () => convert(object, rootNamespace));
}

function convert(object: Authorization, rootNamespace: string): Conversion {
  const { metadata, spec } = object.resource;
  const { action = 'ALLOW' } = spec;
  if (isTrue(metadata.annotations['istio.io/dry-run'])) return { policy: undefined, warning: { kind: 'dry-run' } };
  // A policy with a target is a waypoint's or a gateway's.
  if (spec.targetRef !== undefined || (spec.targetRefs ?? []).length > 0)
    return { policy: undefined, warning: undefined };
  if (action !== 'ALLOW' && action !== 'DENY')
    return { policy: undefined, warning: { kind: 'unsupported-action', action } };
  const groups: ZtunnelGroup[] = [];
  const httpFields = new Set<string>();
  (spec.rules ?? []).forEach((rule, index) => {
    const fields = httpFieldsOf(rule);
    for (const field of fields) httpFields.add(field);
    if (action === 'DENY' || fields.length === 0)
      groups.push({ rules: rulesOf(rule, metadata.namespace), origin: originOf(object, ['spec', 'rules', index]) });
  });
  const scope =
    spec.selector !== undefined ? 'WORKLOAD_SELECTOR' : metadata.namespace === rootNamespace ? 'GLOBAL' : 'NAMESPACE';
  const policy: ZtunnelPolicy = {
    namespace: metadata.namespace,
    name: metadata.name,
    scope,
    action,
    groups,
    origin: originOf(object),
    httpFields: [...httpFields].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  };
  if (httpFields.size === 0) return { policy, warning: undefined };
  const effect = action === 'ALLOW' ? 'allow-omitted' : groups.some(canMatch) ? 'deny-widened' : 'deny-without-effect';
  return { policy, warning: { kind: 'http-fields', fields: policy.httpFields, effect } };
}

/** As Go's strconv.ParseBool; anything else counts as false. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}

/** Whether a group can ever match: a rule all of whose matches are empty never does. */
function canMatch(group: ZtunnelGroup): boolean {
  return group.rules.every((rule) => rule.matches.some((match) => Object.keys(match).length > 0));
}

const httpOperationFields = [
  'hosts',
  'notHosts',
  'methods',
  'notMethods',
  'paths',
  'notPaths',
] as const satisfies readonly (keyof AuthorizationOperation)[];
const httpSourceFields = [
  'remoteIpBlocks',
  'notRemoteIpBlocks',
  'requestPrincipals',
  'notRequestPrincipals',
] as const satisfies readonly (keyof AuthorizationSource)[];
const conditionsOfConnections: readonly string[] = [
  'source.ip',
  'source.namespace',
  'source.principal',
  'destination.ip',
  'destination.port',
];

/** The parts of a rule that only a proxy that reads HTTP could check. */
function httpFieldsOf(rule: AuthorizationRule): readonly string[] {
  return [
    ...(rule.to ?? []).flatMap(({ operation = {} }) =>
      httpOperationFields.filter((field) => (operation[field] ?? []).length > 0),
    ),
    ...(rule.from ?? []).flatMap(({ source = {} }) =>
      httpSourceFields.filter((field) => (source[field] ?? []).length > 0),
    ),
    ...(rule.when ?? []).map(({ key }) => key).filter((key) => !conditionsOfConnections.includes(key)),
  ];
}

function rulesOf(rule: AuthorizationRule, namespace: string): readonly ZtunnelRule[] {
  const { to = [], from = [], when = [] } = rule;
  return [
    ...(to.length === 0
      ? []
      : [
          {
            matches: to.map(({ operation = {} }) =>
              matchOf({ destinationPorts: ports(operation.ports), notDestinationPorts: ports(operation.notPorts) }),
            ),
          },
        ]),
    ...(from.length === 0 ? [] : [{ matches: from.map(({ source = {} }) => sourceMatch(source, namespace)) }]),
    ...when.map((condition) => ({ matches: [conditionMatch(condition)] })),
  ];
}

function sourceMatch(source: AuthorizationSource, namespace: string): ZtunnelMatch {
  return matchOf({
    namespaces: strings(source.namespaces),
    notNamespaces: strings(source.notNamespaces),
    serviceAccounts: serviceAccounts(source.serviceAccounts, namespace),
    notServiceAccounts: serviceAccounts(source.notServiceAccounts, namespace),
    principals: strings(source.principals),
    notPrincipals: strings(source.notPrincipals),
    sourceIps: blocks(source.ipBlocks),
    notSourceIps: blocks(source.notIpBlocks),
  });
}

function conditionMatch({ key, values, notValues }: AuthorizationCondition): ZtunnelMatch {
  switch (key) {
    case 'source.namespace':
      return matchOf({ namespaces: strings(values), notNamespaces: strings(notValues) });
    case 'source.principal':
      return matchOf({ principals: strings(values), notPrincipals: strings(notValues) });
    case 'source.ip':
      return matchOf({ sourceIps: blocks(values), notSourceIps: blocks(notValues) });
    case 'destination.port':
      return matchOf({ destinationPorts: ports(values), notDestinationPorts: ports(notValues) });
    case 'destination.ip':
      return matchOf({ destinationIps: blocks(values), notDestinationIps: blocks(notValues) });
    default:
      return {};
  }
}

/** Leaves out the empty fields. */
function matchOf(fields: { readonly [F in keyof ZtunnelMatch]-?: ZtunnelMatch[F] } | ZtunnelMatch): ZtunnelMatch {
  return Object.fromEntries(Object.entries(fields).filter(([, values]) => (values as readonly unknown[]).length > 0)); // every field is a list
}

function strings(texts: readonly string[] = []): readonly StringMatch[] {
  return texts.map((text) => {
    if (text === '*') return { presence: {} };
    if (text.startsWith('*')) return { suffix: text.slice(1) };
    if (text.endsWith('*')) return { prefix: text.slice(0, -1) };
    return { exact: text };
  });
}

/** `namespace/account`, or an account of the policy's own namespace. */
function serviceAccounts(texts: readonly string[] = [], namespace: string): readonly ServiceAccountMatch[] {
  return texts.map((text) => {
    const slash = text.indexOf('/');
    return slash < 0
      ? { namespace, serviceAccount: text }
      : { namespace: text.slice(0, slash), serviceAccount: text.slice(slash + 1) };
  });
}

function ports(texts: readonly string[] = []): readonly number[] {
  return texts
    .filter((text) => /^\d+$/.test(text))
    .map(Number)
    .filter((port) => port <= 65_535);
}

function blocks(texts: readonly string[] = []): readonly IpBlock[] {
  return texts.map(parseIpBlock).filter((block) => block !== undefined);
}

// --- PeerAuthentication

const noPrincipal: ZtunnelMatch = { notPrincipals: [{ presence: {} }] };

function staticStrict(rootNamespace: string): ZtunnelPolicy {
  return {
    namespace: rootNamespace,
    name: staticStrictName,
    scope: 'WORKLOAD_SELECTOR',
    action: 'DENY',
    groups: [{ rules: [{ matches: [noPrincipal] }], origin: {} }],
    origin: {},
    httpFields: [],
  };
}

/** Only a workload policy with port levels becomes a policy of its own; the rest is the static STRICT policy or nothing. */
function convertPeerAuthentication(
  object: PeerAuthentication,
  all: readonly PeerAuthentication[],
  rootNamespace: string,
): ZtunnelPolicy | undefined {
  const { metadata, spec } = object.resource;
  const levels = portLevels(object);
  if (metadata.namespace === rootNamespace || spec.selector === undefined || levels.length === 0) return undefined;
  const own = modeOf(object);
  const root = oldest(
    all.filter((policy) => isNamespaceWide(policy) && policy.resource.metadata.namespace === rootNamespace),
  );
  const namespace = oldest(
    all.filter((policy) => isNamespaceWide(policy) && policy.resource.metadata.namespace === metadata.namespace),
  );
  const inherited = inheritedMode(namespace, root);
  const origin = (port: number): ZtunnelGroup['origin'] => originOf(object, ['spec', 'portLevelMtls', String(port)]);
  const groups: ZtunnelGroup[] = [];
  const exempt: { readonly port: number }[] = [];
  for (const { port, mode } of levels) {
    if (mode === 'STRICT') {
      // The last test is upstream's: a STRICT mesh policy hides the port even from a workload that is PERMISSIVE itself.
      if (
        own === 'STRICT' ||
        (own === 'UNSET' && inherited === 'STRICT') ||
        (modeOf(namespace) === 'UNSET' && modeOf(root) === 'STRICT')
      )
        continue;
      groups.push({
        rules: [{ matches: [{ notPrincipals: noPrincipal.notPrincipals ?? [], destinationPorts: [port] }] }],
        origin: origin(port),
      });
    } else if (mode !== 'UNSET') {
      if (own === 'PERMISSIVE' || own === 'DISABLE') continue;
      // Upstream looks at the nearest policy only: an UNSET namespace policy hides a STRICT mesh policy here.
      if (own === 'UNSET' && modeOf(namespace ?? root) !== 'STRICT') continue;
      exempt.push({ port });
    }
  }
  if (own === 'STRICT' && exempt.length === 0) return undefined;
  const rules: ZtunnelRule[] = own === 'STRICT' ? [{ matches: [noPrincipal] }] : [];
  for (const { port } of exempt) rules.push({ matches: [{ notDestinationPorts: [port] }] });
  if (inherited === 'STRICT' && exempt.length > 0) rules.push({ matches: [noPrincipal] });
  const first = exempt[0];
  if (rules.length > 0) groups.push({ rules, origin: first === undefined ? originOf(object) : origin(first.port) });
  if (groups.length === 0) return undefined;
  return {
    namespace: metadata.namespace,
    name: convertedName(object.resource.metadata.name),
    scope: 'WORKLOAD_SELECTOR',
    action: 'DENY',
    groups,
    origin: originOf(object),
    httpFields: [],
  };
}

/** What PeerAuthentication adds to a workload's list: the static STRICT policy, its own converted policy, or nothing. */
function strictPolicies(
  all: readonly PeerAuthentication[],
  workload: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  rootNamespace: string,
): readonly string[] {
  const inNamespace = (name: string): readonly PeerAuthentication[] =>
    all.filter((policy) => policy.resource.metadata.namespace === name);
  const isRoot = workload.namespace === rootNamespace;
  // From elsewhere only policies without any selector are fetched; an empty one counts within its namespace.
  const isMeshWide = (policy: PeerAuthentication): boolean => (isRoot ? !hasLabels(policy) : isNamespaceWide(policy));
  const root = oldest(inNamespace(rootNamespace).filter(isMeshWide));
  const namespace = isRoot ? undefined : oldest(inNamespace(workload.namespace).filter((policy) => !hasLabels(policy)));
  const own = isRoot
    ? undefined
    : oldest(
        inNamespace(workload.namespace).filter(
          (policy) => hasLabels(policy) && selects(policy.resource.spec.selector?.matchLabels ?? {}, workload.labels),
        ),
      );
  const inherited = namespace !== undefined && modeOf(namespace) !== 'UNSET' ? modeOf(namespace) : modeOf(root);
  const fixed = [`${rootNamespace}/${staticStrictName}`];
  if (own === undefined) return inherited === 'STRICT' ? fixed : [];
  const modes = portLevels(own).map((level) => level.mode);
  const mine = [`${own.resource.metadata.namespace}/${convertedName(own.resource.metadata.name)}`];
  const mode = modeOf(own) === 'UNSET' ? inherited : modeOf(own);
  if (mode !== 'STRICT') return modes.includes('STRICT') ? mine : [];
  // Its own STRICT honours any exception; an inherited one only PERMISSIVE.
  const hasException =
    modeOf(own) === 'STRICT'
      ? modes.some((level) => level === 'PERMISSIVE' || level === 'DISABLE')
      : modes.includes('PERMISSIVE');
  return hasException ? mine : fixed;
}

function inheritedMode(namespace: PeerAuthentication | undefined, root: PeerAuthentication | undefined): MutualTlsMode {
  return modeOf(namespace) === 'UNSET' ? modeOf(root) : modeOf(namespace);
}

function modeOf(policy: PeerAuthentication | undefined): MutualTlsMode {
  return policy?.resource.spec.mtls?.mode ?? 'UNSET';
}

function portLevels(policy: PeerAuthentication): readonly { readonly port: number; readonly mode: MutualTlsMode }[] {
  const levels = Object.entries(policy.resource.spec.portLevelMtls ?? {}).map(([port, level]) => ({
    port: Number(port),
    mode: level.mode ?? 'UNSET',
  }));
  return levels.sort((a, b) => a.port - b.port);
}

/** `converted_peer_authentication_NAME`: an underscore cannot stand in a Kubernetes name, so it clashes with none. */
function convertedName(name: string): string {
  return `converted_peer_authentication_${name}`;
}

function isNamespaceWide(policy: PeerAuthentication): boolean {
  return policy.resource.spec.selector === undefined;
}

function hasLabels(policy: PeerAuthentication): boolean {
  return Object.keys(policy.resource.spec.selector?.matchLabels ?? {}).length > 0;
}

function selects(wanted: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function oldest(policies: readonly PeerAuthentication[]): PeerAuthentication | undefined {
  return [...policies].sort(byAge)[0];
}

// Fields that are accepted and checked, but that the engine does not act on: each is said at its line. A door of its own beside the
// room's index.ts, because only who shows what a manifest says wants it. Kinds of which nothing is acted on are said as a whole
// (`accepted-not-simulated`). A test holds the table against the CRDs: what it names must be a field that there is.

import { get, isArray, isObject, type JsonObject, type JsonValue } from '../json.ts';
import { readRateLimitPatch } from '../kinds/envoy-filter/local-rate-limit.ts';
import type { FieldPath } from '../source.ts';
import { asksForMore, kubernetesFields, kubernetesGroups } from './kubernetes.ts';

/** What of an object is not acted on. */
export interface Caution {
  readonly path: FieldPath;
  /** Of a text that is a document itself: the fields within it. Else ''. */
  readonly within: string;
}

/** The kind of an object, and how a text within it is read as YAML (undefined: it cannot be). */
export interface CautionedKind {
  readonly group: string;
  readonly kind: string;
  readonly yamlValueOf: (text: string) => JsonValue | undefined;
}

/** The cautions of an object that fits its schema, in the order of the table. */
export type CautionReader = (kind: CautionedKind, object: JsonObject) => readonly Caution[];

export const cautionsOf: CautionReader = ({ group, kind, yamlValueOf }, object) => {
  if (kind === 'ConfigMap' && group === '') return meshConfigCautions(object, yamlValueOf);
  if (kubernetesGroups.has(group)) return cautionsAt(object, kubernetesFields[kind], asksForMore);
  if (!group.endsWith('istio.io')) return [];
  if (kind === 'EnvoyFilter') return envoyFilterCautions(object);
  return cautionsAt(object, fields[kind]);
};

// --- fields

const pool = ['http.http2KeepAlive', 'tcp.tcpKeepalive'];

const serverTls = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'caCertCredentialName',
  'caCrl',
  'tlsCertificates',
  'verifyCertificateSpki',
  'verifyCertificateHash',
  'minProtocolVersion',
  'maxProtocolVersion',
  'cipherSuites',
  'ecdhCurves',
];

const portPolicy = [
  ...under('connectionPool', pool),
  ...under('loadBalancer', [
    'backendUtilization',
    'zoneAwareLbSetting.minClusterSize',
    'consistentHash.httpCookie.ttl',
    'consistentHash.httpCookie.attributes',
    'consistentHash.minimumRingSize',
    'consistentHash.ringHash.minimumRingSize',
    'consistentHash.maglev.tableSize',
  ]),
  'tls.caCrl',
];

const policy = [
  ...portPolicy,
  ...under('portLevelSettings.[]', portPolicy),
  'retryBudget.budgetInterval',
  'tunnel',
  'proxyProtocol',
];

/** By kind: paths from `spec` on; `[]` stands for every item. */
const fields: Readonly<Record<string, readonly string[]>> = {
  DestinationRule: [...under('trafficPolicy', policy), ...under('subsets.[].trafficPolicy', policy)],
  Gateway: under('servers.[].tls', serverTls),
  Sidecar: [
    ...under('inboundConnectionPool', pool),
    ...under('ingress.[].connectionPool', pool),
    ...under('ingress.[].tls', serverTls),
  ],
  VirtualService: ['http.[].match.[].statPrefix'],
};

/** The table, for a test. */
export const cautionedFields = fields;

function under(prefix: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${prefix}.${name}`);
}

function cautionsAt(
  object: JsonObject,
  paths: readonly string[] = [],
  isMeant?: (path: string, value: JsonValue) => boolean,
): readonly Caution[] {
  return paths.flatMap((path) => foundAt(object, path, isMeant)).map((path) => ({ path, within: '' }));
}

/** Every place of an object that a path of the table leads to. */
function foundAt(
  object: JsonObject,
  path: string,
  isMeant: (path: string, value: JsonValue) => boolean = () => true,
): readonly FieldPath[] {
  let found: readonly (readonly [FieldPath, JsonValue])[] = [[['spec'], get(object, 'spec') ?? null]];
  for (const step of path.split('.'))
    found = found.flatMap(([at, value]): readonly (readonly [FieldPath, JsonValue])[] => {
      if (step === '[]') return isArray(value) ? value.map((item, index) => [[...at, index], item] as const) : [];
      const field = isObject(value) ? get(value, step) : undefined;
      return field === undefined ? [] : [[[...at, step], field]];
    });
  return found.filter(([, value]) => isMeant(path, value)).map(([at]) => at);
}

// --- EnvoyFilter

/** Of each patch that is no local rate limit, or not one that is understood whole, what it is left out for. */
function envoyFilterCautions(object: JsonObject): readonly Caution[] {
  const spec = get(object, 'spec');
  const patches = isObject(spec) ? get(spec, 'configPatches') : undefined;
  return (isArray(patches) ? patches : []).flatMap((patch, index): readonly Caution[] => {
    const read = readRateLimitPatch(isObject(patch) ? patch : {});
    return 'kind' in read ? [] : [{ path: ['spec', 'configPatches', index, ...read], within: '' }];
  });
}

// --- MeshConfig

/** What is read of MeshConfig and of its `defaultConfig`; both stand in a text of the ConfigMap `istio`, or `istio-REVISION`. */
const meshConfigFields = [
  'trustDomain',
  'trustDomainAliases',
  'rootNamespace',
  'enableAutoMtls',
  'outboundTrafficPolicy',
  'pathNormalization',
  'extensionProviders',
  'localityLbSetting',
  'defaultHttpRetryPolicy',
  'connectTimeout',
  'h2UpgradePolicy',
  'discoverySelectors',
  'defaultServiceExportTo',
  'defaultVirtualServiceExportTo',
  'defaultDestinationRuleExportTo',
  'ingressControllerMode',
  'ingressClass',
  'ingressSelector',
  'ingressService',
  'defaultConfig',
];
const proxyConfigFields = [
  'holdApplicationUntilProxyStarts',
  'terminationDrainDuration',
  'drainDuration',
  'proxyMetadata',
  'gatewayTopology',
];

function meshConfigCautions(object: JsonObject, yamlValueOf: CautionedKind['yamlValueOf']): readonly Caution[] {
  const [metadata, data] = [get(object, 'metadata'), get(object, 'data')];
  const name = isObject(metadata) ? get(metadata, 'name') : undefined;
  const text = isObject(data) ? get(data, 'mesh') : undefined;
  if (typeof name !== 'string' || !/^istio(?:-|$)/.test(name) || typeof text !== 'string') return [];
  const mesh = yamlValueOf(text);
  if (!isObject(mesh)) return [];
  const proxy = get(mesh, 'defaultConfig');
  const topology = isObject(proxy) ? get(proxy, 'gatewayTopology') : undefined;
  const left = [
    ...others(mesh, meshConfigFields, ''),
    ...others(proxy, proxyConfigFields, 'defaultConfig.'),
    ...others(
      topology,
      ['numTrustedProxies', 'forwardClientCertDetails', 'proxyProtocol'],
      'defaultConfig.gatewayTopology.',
    ),
  ];
  return left.length === 0 ? [] : [{ path: ['data', 'mesh'], within: left.join(', ') }];
}

function others(value: JsonValue | undefined, known: readonly string[], prefix: string): readonly string[] {
  if (!isObject(value)) return [];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${prefix}${key}`);
}

// Every message the analyzers can give: upstream's code and level, and the parameters of its sentence. The sentences live in
// src/text/analysis (a test proves that both sides list the same keys and placeholders).
// Source of codes and levels: istio/istio:pkg/config/analysis/msg/messages.yaml at 1.31.

export type Level = 'Error' | 'Warning' | 'Info';

interface MessageSpec {
  readonly code: string;
  readonly level: Level;
  readonly params: readonly string[];
}

function message<const P extends readonly string[]>(code: number, level: Level, ...params: P) {
  return { code: `IST${String(code).padStart(4, '0')}`, level, params } as const;
}

export const analysisMessages = {
  'field-replaced': message(2, 'Warning', 'field', 'replacement'),
  'field-ignored': message(2, 'Warning', 'field'),
  'kind-removed': message(2, 'Warning', 'group', 'kind'),
  'provider-deprecated': message(2, 'Warning', 'provider'),
  'no-pod-selected': message(101, 'Error', 'selector'),
  'credential-not-found': message(101, 'Error', 'credential', 'namespace'),
  'gateway-not-found': message(101, 'Error', 'gateway'),
  'host-not-found': message(101, 'Error', 'host'),
  'mirror-host-not-found': message(101, 'Error', 'host'),
  'host-port-not-found': message(101, 'Error', 'host', 'port'),
  'subset-not-found': message(101, 'Error', 'host', 'subset'),
  'mirror-subset-not-found': message(101, 'Error', 'host', 'subset'),
  'namespace-not-found': message(101, 'Error', 'namespace'),
  'namespace-not-injected': message(102, 'Info', 'namespace'),
  'pod-without-proxy': message(103, 'Warning', 'pod'),
  'annotation-misplaced': message(107, 'Warning', 'annotation', 'kinds'),
  'annotation-unknown': message(108, 'Warning', 'annotation'),
  'hosts-conflict': message(109, 'Error', 'virtualServices', 'host'),
  'sidecars-conflict': message(110, 'Error', 'sidecars', 'pod'),
  'sidecars-without-selector': message(111, 'Error', 'sidecars', 'namespace'),
  'port-needed': message(112, 'Error', 'host', 'ports'),
  'services-differ-in-protocol': message(116, 'Warning', 'port', 'services'),
  'port-name': message(118, 'Info', 'name', 'port'),
  'several-injection-labels': message(123, 'Warning', 'labels'),
  'annotation-invalid': message(125, 'Warning', 'annotation', 'value'),
  'registry-unknown': message(126, 'Error', 'registry', 'network'),
  'no-workload-matches': message(127, 'Warning', 'labels'),
  'no-workload-in-namespace': message(127, 'Warning', 'namespace'),
  'server-not-verified': message(128, 'Warning', 'mode', 'host'),
  'server-not-verified-at-port': message(129, 'Warning', 'mode', 'host', 'port'),
  'host-not-in-gateway': message(132, 'Warning', 'hosts', 'gateway'),
  'addresses-needed': message(134, 'Warning'),
  'annotation-deprecated': message(135, 'Info', 'annotation'),
  'inject-annotation-deprecated': message(135, 'Info', 'annotation', 'label'),
  'annotation-alpha': message(136, 'Info', 'annotation'),
  'services-differ-in-port': message(137, 'Warning', 'services', 'targetPort', 'ports'),
  'certificate-twice': message(138, 'Warning', 'gateways'),
  'webhooks-overlap': message(139, 'Error', 'others'),
  'webhook-service-not-found': message(139, 'Error', 'service'),
  'subset-without-effect': message(140, 'Warning', 'virtualService', 'gateway'),
  'reserved-user': message(144, 'Warning'),
  'gateways-conflict': message(145, 'Error', 'gateways', 'selector', 'port', 'hosts'),
  'image-not-injected': message(146, 'Warning', 'name'),
  'image-left-in-pod': message(147, 'Error', 'name'),
  'namespace-injected-by-default': message(148, 'Info', 'namespace'),
  'claims-not-read': message(149, 'Error', 'key', 'gateway', 'pod'),
  'external-name-port': message(150, 'Warning'),
  'relative-operation': message(151, 'Warning'),
  'replace-not-possible': message(152, 'Error'),
  'add-not-possible': message(153, 'Error'),
  'remove-not-possible': message(154, 'Error'),
  'relative-operation-of-version': message(155, 'Warning'),
  'telemetry-without-provider': message(157, 'Warning'),
  'proxy-image-differs': message(158, 'Warning', 'pods'),
  'telemetries-conflict': message(159, 'Error', 'telemetries', 'pod'),
  'telemetries-without-selector': message(160, 'Error', 'telemetries', 'namespace'),
  'credential-invalid': message(161, 'Error', 'credential', 'namespace'),
  'gateway-port-not-in-service': message(162, 'Warning', 'port', 'selector'),
  'control-plane-missing': message(163, 'Warning', 'webhook'),
  'control-plane-unreadable': message(163, 'Warning', 'url', 'webhook'),
  'control-plane-by-address': message(164, 'Info', 'url', 'webhook'),
  'gateway-internal': message(165, 'Warning', 'gateway'),
  'selector-without-effect': message(166, 'Warning', 'gateway'),
  'sidecar-for-ambient-pod': message(167, 'Warning'),
  'sidecar-for-ambient-namespace': message(167, 'Warning'),
  'clusters-differ': message(170, 'Warning', 'service', 'clusters'),
  'condition-negative': message(171, 'Warning', 'type', 'reason', 'message'),
  'subset-selects-nothing': message(173, 'Error', 'subset'),
  'rule-host-unknown': message(174, 'Warning', 'host'),
  'key-fetch-unrestricted': message(175, 'Warning', 'count', 'names'),
  'crd-too-old': message(176, 'Warning', 'crd', 'installed', 'minimum'),
  'protocols-conflict': message(177, 'Warning', 'entries', 'host', 'port', 'protocols'),
} as const satisfies Readonly<Record<string, MessageSpec>>;

export type AnalysisKey = keyof typeof analysisMessages;

/** What a message's sentence is filled with. */
export type AnalysisParams<K extends AnalysisKey> = Readonly<
  Record<(typeof analysisMessages)[K]['params'][number], string | number>
>;

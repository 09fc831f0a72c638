// Every message this room can give: its parameters, its severity, and upstream's code where one means the same.
// The sentences live in src/text/diagnostics (a test proves that both sides list the same keys and placeholders).

/** `error`: rejected, as `kubectl apply` would reject it. `warning`: accepted, but hardly what was meant. `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

interface MessageSpec {
  readonly severity: Severity;
  readonly params: readonly string[];
  /** Upstream's code; default: the message key itself. */
  readonly code?: string;
}

/** istioctl's SchemaValidationError: what istiod's admission webhook refuses. Source: istio/istio:pkg/config/analysis/msg/messages.yaml. */
const refusedByIstiod = 'IST0106';

function error<const P extends readonly string[]>(...params: P) {
  return { severity: 'error', params } as const;
}
function warning<const P extends readonly string[]>(...params: P) {
  return { severity: 'warning', params } as const;
}
function info<const P extends readonly string[]>(...params: P) {
  return { severity: 'info', params } as const;
}
function istioError<const P extends readonly string[]>(...params: P) {
  return { severity: 'error', params, code: refusedByIstiod } as const;
}

export const messages = {
  // A file as a whole: nothing of it is read, the other files are.
  'text-too-large': error('size', 'limit'),
  'texts-too-large': error('size', 'limit'),
  'too-many-documents': error('limit'),
  'too-many-values': error('count', 'limit'),
  'binary-file': error(),

  // One document: the others are still read.
  'document-too-large': error('size', 'limit'),
  'too-deep': error('limit'),
  'control-character': error('character'),
  'full-width-colon': error(),
  'full-width-space': error(),
  'no-break-space': error(),
  'tab-indentation': error(),
  'yaml-alias-unknown': error('name'),
  'yaml-alias-recursive': error('name'),
  'yaml-aliases-too-many': error('limit'),
  'yaml-alias-properties': error(),
  'yaml-anchor-or-tag': error(),
  'yaml-bad-escape': error(),
  'yaml-bad-indentation': error(),
  'yaml-colon-space': error(),
  'yaml-bad-scalar-start': error('character'),
  'yaml-block-in-flow': error(),
  'yaml-compact-mapping': error(),
  'yaml-directive': error(),
  'yaml-key-multiline': error(),
  'yaml-key-too-long': error(),
  'yaml-key-type': error(),
  'yaml-merge-type': error(),
  'yaml-missing-character': error('character'),
  'yaml-not-json': error('value'),
  'yaml-number-too-large': warning('value'),
  'yaml-syntax': error(),
  'yaml-unexpected': error(),
  'yaml-unclosed': error('character'),
  'full-width-comma': error(),
  'full-width-hyphen': error(),
  'template-not-rendered': error(),
  'merge-conflict': error(),
  'not-utf-8': warning(),
  'duplicate-key': warning('key', 'line'),
  'more-diagnostics': info('count'),

  // What the document says it is.
  'not-an-object': error('found'),
  'list-item-not-an-object': error('found'),
  'api-version-missing': error(),
  'kind-missing': error(),
  'api-version-invalid': error('apiVersion'),
  'removed-api-version': error('apiVersion', 'kind', 'since', 'instead'),
  'removed-kind': error('apiVersion', 'kind', 'since'),
  'no-such-version': error('apiVersion', 'kind', 'instead'),
  'no-such-kind': error('apiVersion', 'kind'),
  'no-such-kind-near': error('apiVersion', 'kind', 'near'),
  // A scenario file or an annotation of ours, read by the scenario room.
  'scenario-missing': error(),
  'scenario-call': error('field', 'value'),
  'scenario-delete': error('field', 'value'),
  'scenario-duration': error('field', 'value'),
  'scenario-intervention': error('field'),
  'scenario-node-name': error('field', 'value'),
  'scenario-node-twice': error('field'),
  'scenario-too-often': error('field', 'value'),
  'scenario-url': error('field', 'value'),
  'scenario-version': error('field', 'value'),
  'scenario-window': error('field', 'value'),
  'scenario-window-order': error('field'),
  'scenario-workload': error('field', 'value'),
  'calls-annotation-invalid': warning('value'),

  // What the objects of all files expect of one another, and what a run can hold: said by the scenario room.
  'service-selects-nothing': warning('name', 'labels'),
  'target-port-missing': warning('name', 'port'),
  'call-host-unknown': warning('name', 'namespace'),
  'call-port-missing': warning('name', 'port', 'ports'),
  'program-without-workload': warning('workload'),
  'too-many-pods': error('kind', 'name', 'count', 'limit'),
  'run-too-many-records': error('at', 'limit'),
  'run-stands-still': error('at', 'limit'),

  'accepted-not-simulated': info('kind'),
  'unknown-kind': info('apiVersion', 'kind'),
  'not-for-the-cluster': warning('kind', 'tool'),
  'duplicate-object': info('kind', 'name', 'line', 'path'),

  // Structure: the schema of the kind.
  'unknown-field': error('field'),
  'unknown-field-near': error('field', 'near'),
  'wrong-type': error('field', 'expected', 'found'),
  'required-field': error('field'),
  'unsupported-value': error('field', 'value', 'allowed'),
  'pattern-mismatch': error('field', 'value', 'pattern'),
  'wrong-format': error('field', 'value', 'format'),
  'too-long': error('field', 'length', 'limit'),
  'too-short': error('field', 'length', 'limit'),
  'too-large': error('field', 'value', 'limit'),
  'too-small': error('field', 'value', 'limit'),
  'too-many-items': error('field', 'count', 'limit'),
  'too-few-items': error('field', 'count', 'limit'),
  'duplicate-value': error('field', 'value'),
  'at-most-one-of': error('field', 'fields'),
  'exactly-one-of': error('field', 'fields'),
  'not-together': error('field', 'other'),

  // Names and metadata
  'name-missing': error('kind'),
  'generate-name': error(),
  'not-dns-label': error('field', 'value'),
  'not-dns-1035-label': error('field', 'value'),
  'not-dns-subdomain': error('field', 'value'),
  'not-path-segment': error('field', 'value'),
  'not-label-key': error('field', 'value'),
  'not-label-value': error('field', 'value'),
  'not-port-name': error('field', 'value'),
  'not-config-key': error('field', 'value'),
  'not-env-name': error('field', 'value'),
  'not-header-name': error('field', 'value'),
  'not-percentage': error('field', 'value'),

  // Pods and what owns them
  'port-out-of-range': error('field', 'value'),
  'node-port-out-of-range': error('field', 'value', 'min', 'max'),
  'port-name-required': error('field'),
  'host-port-differs': error('field', 'value', 'other'),
  'volume-not-found': error('field', 'value'),
  'request-over-limit': error('field', 'value', 'limit'),
  'success-threshold': error('field', 'value'),
  'sleep-over-grace': error('field', 'value', 'limit'),
  'init-container-field': error('field'),
  'container-restart-policy': error('field'),
  'restart-policy-missing': error('field', 'allowed'),
  'selector-empty': error('field'),
  'selector-mismatch': error('field'),
  'selector-label-missing': error('field', 'key', 'value'),
  'selector-label-differs': error('field', 'key', 'value', 'actual'),
  'deadline-within-ready': error('field', 'value', 'other'),
  'rollout-stuck': error('field'),
  'daemon-surge': error('field'),
  'job-selector': error('field'),
  'secret-key-missing': error('field', 'key', 'type'),

  // HTTPRoute
  'bad-regex': error('field', 'value'),
  'parent-section-missing': error('field', 'name'),
  'path-not-absolute': error('field', 'value', 'type'),
  'path-characters': error('field', 'value', 'type'),
  'prefix-replace-needs-prefix': error('field'),
  'redirect-with-backends': error('field'),
  'backend-timeout-longer': error('field', 'value', 'limit'),

  // Istio: what istiod's webhook refuses or warns of
  'istio-dry-run-kind': istioError('field'),
  'istio-dry-run-action': istioError('field', 'action'),
  'istio-dry-run-value': istioError('field', 'value'),
  'istio-empty-list': istioError('field'),
  'istio-empty-value': istioError('field'),
  'istio-selector-empty': warning('field'),
  'istio-selector-wildcard': istioError('field', 'value'),
  'istio-one-selector': istioError('field'),
  'istio-target-kind': istioError('field', 'kind', 'group'),
  'istio-target-namespace': istioError('field'),
  'istio-address': istioError('field', 'value'),
  'istio-service-account': istioError('field', 'value'),
  'istio-trust-domain': istioError('field', 'value'),
  'istio-wildcard': istioError('field', 'value'),
  'istio-path-template': istioError('field', 'value'),
  'istio-authz-rules-missing': istioError('field', 'action'),
  'istio-authz-provider-missing': istioError('field'),
  'istio-authz-provider-action': istioError('field', 'action'),
  'istio-authz-custom-field': istioError('field', 'name'),
  'istio-authz-empty': istioError('field'),
  'istio-authz-identity-mix': istioError('field'),
  'istio-authz-condition-key': istioError('field', 'key'),
  'istio-authz-condition-values': istioError('field', 'key'),
  'istio-authz-deny-tcp': warning('field'),
  'istio-port-level-selector': istioError('field'),
  'istio-vs-delegate-field': istioError('field'),
  'istio-vs-delegate-nested': istioError('field'),
  'istio-vs-no-routes': istioError('field'),
  'istio-vs-no-action': istioError('field'),
  'istio-vs-host': istioError('field', 'value'),
  'istio-vs-wildcard-mesh': istioError('field'),
  'istio-vs-duplicate-host': istioError('field', 'host', 'other'),
  'istio-vs-weight-zero': istioError('field'),
  'istio-vs-unreachable': { severity: 'warning', params: ['field', 'rule'], code: 'IST0130' },
  'istio-sni-host': istioError('field', 'value', 'hosts'),
  'istio-sni-address': warning('field', 'value'),
  'istio-gateway-name': istioError('field', 'value'),
  'istio-gateway-legacy': warning('field', 'instead'),
  'istio-export-to': istioError('field', 'value'),
  'istio-claim-route-mesh': istioError('field'),
  'istio-header-reserved': istioError('field', 'value'),
  'istio-header-value': istioError('field', 'value'),
  'istio-authority-twice': istioError('field'),
  'istio-percentage': istioError('field', 'value'),
  'istio-duration': istioError('field', 'value'),
  'istio-redirect-empty': istioError('field'),
  'istio-redirect-code': istioError('field', 'value'),
  'istio-rewrite-empty': istioError('field'),
  'istio-http-status': istioError('field', 'value'),
  'istio-body-large': warning('field', 'length'),
  'istio-fault-empty': istioError('field'),
  'istio-abort-without-error': warning('field'),
  'istio-grpc-status': istioError('field', 'value'),
  'istio-not-supported': istioError('field'),
  'istio-retry-disabled': istioError('field'),
  'istio-injection-and-revision': { severity: 'warning', params: ['field'], code: 'IST0123' },

  // Titles of quick fixes
  'fix-colon': info(),
  'fix-space': info(),
  'fix-tab': info(),
  'fix-replace': info('text'),
  'fix-quote': info('text'),
  'fix-unquote': info('text'),
} as const satisfies Record<string, MessageSpec>;

export type MessageKey = keyof typeof messages;

/** The parameters a message needs, by name. */
export type ParamsOf<K extends MessageKey> = Readonly<Record<(typeof messages)[K]['params'][number], string | number>>;

// Containers that a user wrote under the name of one the template brings: what the user wrote wins, and is kept in an
// annotation, so that it survives a later injection. The annotation reads as upstream writes it: Go's field order, nothing empty.
// Source: istio/istio:pkg/kube/inject/webhook.go reapplyOverwrittenContainers at 1.31; kubernetes/api:core/v1/types.go.
import type { Container, JsonObject, JsonValue } from '../../manifests/index.ts';
import { isObject } from '../../manifests/index.ts';

export const overridesAnnotation = 'proxy.istio.io/overrides';

export interface Overrides {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
}

/** What a user changes of the template's container: an image `auto` means the template's. */
export function overrideOf(container: Container): Container {
  const { image, ...rest } = container;
  return image === undefined || image === 'auto' ? rest : { ...rest, image };
}

/** The annotation's text. */
export function overridesText({ containers, initContainers }: Overrides): string {
  const written = (list: readonly Container[]): readonly JsonValue[] =>
    // Containers are JSON; `resources` is written even when empty.
    list.map((container) => inOrder('container', { resources: {}, ...(container as unknown as JsonObject) }));
  return JSON.stringify({
    ...(containers.length === 0 ? {} : { containers: written(containers) }),
    ...(initContainers.length === 0 ? {} : { initContainers: written(initContainers) }),
  });
}

/** The overrides of an earlier injection; none when the annotation is absent or no JSON. */
export function overridesIn(annotations: Readonly<Record<string, string>>): Overrides {
  const none: Overrides = { containers: [], initContainers: [] };
  const text = annotations[overridesAnnotation];
  if (text === undefined) return none;
  try {
    return { ...none, ...(JSON.parse(text) as Partial<Overrides>) }; // the injector's own form
  } catch {
    return none; // upstream refuses the pod; nobody but the injector writes it
  }
}

/** Fields of Kubernetes' Go types in their order, by the field that holds them; fields that are not here follow as written. */
const fieldOrder: Readonly<Record<string, readonly string[]>> = {
  container:
    'name image command args workingDir ports envFrom env resources resizePolicy restartPolicy volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty'.split(
      ' ',
    ),
  ports: ['name', 'hostPort', 'containerPort', 'protocol', 'hostIP'],
  env: ['name', 'value', 'valueFrom'],
  resources: ['limits', 'requests', 'claims'],
  volumeMounts: ['name', 'readOnly', 'recursiveReadOnly', 'mountPath', 'subPath', 'mountPropagation', 'subPathExpr'],
  probe:
    'exec httpGet tcpSocket grpc initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds'.split(
      ' ',
    ),
  httpGet: ['path', 'port', 'host', 'scheme', 'httpHeaders'],
  lifecycle: ['postStart', 'preStop', 'stopSignal'],
  securityContext:
    'capabilities privileged seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile appArmorProfile'.split(
      ' ',
    ),
};

function inOrder(kind: string, object: JsonObject): JsonObject {
  const order = fieldOrder[kind.endsWith('Probe') ? 'probe' : kind] ?? [];
  const fields = [
    ...order.filter((field) => Object.hasOwn(object, field)),
    ...Object.keys(object).filter((field) => !order.includes(field)),
  ];
  return Object.fromEntries(fields.map((field) => [field, written(kind, field, object[field] ?? null)]));
}

function written(parent: string, field: string, value: JsonValue): JsonValue {
  if ((parent === 'limits' || parent === 'requests') && (typeof value === 'string' || typeof value === 'number'))
    return canonicalQuantity(String(value));
  if (Array.isArray(value)) return value.map((item: JsonValue) => (isObject(item) ? inOrder(field, item) : item));
  return isObject(value) ? inOrder(field, value) : value;
}

const decimalSuffixes = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** A whole quantity with the largest suffix that leaves it whole: 3000m is 3, 1024Mi is 1Gi. Others stay as written. */
function canonicalQuantity(text: string): string {
  const [, digits = '', suffix = ''] = /^(\d+)([a-zA-Z]*)$/.exec(text) ?? [];
  const isBinary = suffix.endsWith('i');
  const suffixes = isBinary ? binarySuffixes : decimalSuffixes;
  const base = isBinary ? 1024 : 1000;
  let count = Number(digits);
  let at = suffixes.indexOf(suffix);
  if (digits === '' || at < 0) return text;
  while (count > 0 && count % base === 0 && at < suffixes.length - 1) {
    count /= base;
    at += 1;
  }
  return `${count}${suffixes[at] ?? ''}`;
}

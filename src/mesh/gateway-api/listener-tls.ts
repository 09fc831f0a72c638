// How a listener ends TLS: its certificates, and whose certificates it asks of clients. Every reference is followed here, and what is
// wrong with it said in istiod's words. Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go buildTLS at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type {
  FrontendTls,
  GatewayListener,
  GatewayResource,
  ListenerTls,
  ObjectReference,
  Resource,
  SecretObjectReference,
} from '../../manifests/index.ts';
import { bundleProblem, keyPairProblem } from './certificates.ts';
import { joined, type Problem } from './conditions.ts';
import { isGranted } from './references.ts';
import type { GatewayApiView } from './view.ts';

export type ServerTlsMode =
  | 'SIMPLE'
  | 'MUTUAL'
  /** Asks for a certificate, and does without. */
  | 'OPTIONAL_MUTUAL'
  | 'ISTIO_MUTUAL'
  | 'PASSTHROUGH'
  /** By SNI to the cluster it names, as east-west gateways do. */
  | 'AUTO_PASSTHROUGH';

export interface CertificateSource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
}

export interface ServerTls {
  readonly mode: ServerTlsMode;
  /** Secrets to show; empty with ISTIO_MUTUAL, `builtin` (the workload's own) and passthrough. */
  readonly certificates: readonly CertificateSource[];
  readonly usesWorkloadCertificate: boolean;
  /** Whom clients must be signed by; undefined: nobody is asked. */
  readonly clientCa: CertificateSource | undefined;
  /** AllowInsecureFallback: a client's certificate is not verified. */
  readonly skipsVerification: boolean;
}

/** The settings of a listener, the problem with them, or both: some problems leave a listener that works in part. */
export interface TlsReading {
  readonly tls: ServerTls | undefined;
  readonly problem: Problem | undefined;
}

const certificatesMax = 2;

export function readListenerTls(
  view: GatewayApiView,
  source: StoredObject,
  listener: GatewayListener,
  frontend: FrontendTls | undefined,
): TlsReading {
  const { tls } = listener;
  if (tls === undefined) return { tls: undefined, problem: undefined };
  if (tls.mode === 'Passthrough') {
    const mode = isAutoPassthrough(source.resource, listener, tls) ? 'AUTO_PASSTHROUGH' : 'PASSTHROUGH';
    return { tls: { ...simple, mode }, problem: undefined };
  }
  return readTermination(view, source.resource, tls, frontend);
}

const simple: ServerTls = {
  mode: 'SIMPLE',
  certificates: [],
  usesWorkloadCertificate: false,
  clientCa: undefined,
  skipsVerification: false,
};

/** Source: istio/istio:pilot/pkg/serviceregistry/kube/conversion.go IsAutoPassthrough. */
function isAutoPassthrough({ metadata }: Resource, { port }: GatewayListener, { options }: ListenerTls): boolean {
  if (options?.['gateway.istio.io/listener-protocol'] === 'auto-passthrough') return true;
  if (metadata.labels['topology.istio.io/network'] === undefined) return false;
  return String(port) === (metadata.labels['networking.istio.io/gatewayPort'] ?? '15443');
}

function readTermination(
  view: GatewayApiView,
  source: Resource,
  { options, certificateRefs = [] }: ListenerTls,
  frontend: FrontendTls | undefined,
): TlsReading {
  const wanted = options?.['gateway.istio.io/tls-terminate-mode'];
  if (wanted === 'ISTIO_SIMPLE') return { tls: { ...simple, usesWorkloadCertificate: true }, problem: undefined };
  if (wanted === 'ISTIO_MUTUAL')
    return { tls: { ...simple, mode: 'ISTIO_MUTUAL', usesWorkloadCertificate: true }, problem: undefined };
  const asked = wanted === 'MUTUAL' || wanted === 'OPTIONAL_MUTUAL' ? wanted : undefined;
  const tls: ServerTls = { ...simple, mode: asked ?? 'SIMPLE' };
  if (certificateRefs.length > certificatesMax) {
    const message = 'TLS mode can only support up to 2 server certificates';
    return { tls, problem: { reason: 'InvalidCertificateRef', message } };
  }
  const certificates: CertificateSource[] = [];
  let problem: Problem | undefined;
  for (const ref of certificateRefs) {
    const found = certificateProblem(view, source, ref);
    problem = joined(problem, found);
    if (found === undefined) certificates.push({ kind: 'Secret', namespace: homeOf(ref, source), name: ref.name });
  }
  // One certificate that can be used is enough.
  if (certificates.length === 0) return { tls, problem };
  const served: ServerTls = { ...tls, certificates };
  const validation = frontend?.validation;
  const [ca, ...more] = validation?.caCertificateRefs ?? [];
  if (validation === undefined || ca === undefined) return { tls: served, problem: undefined };
  if (more.length > 0)
    return {
      tls: served,
      problem: { reason: 'InvalidCACertificateRef', message: 'only one caCertificateRef is supported' },
    };
  const bad = caProblem(view, source, ca);
  if (bad !== undefined) return { tls: served, problem: bad };
  const isLenient = validation.mode === 'AllowInsecureFallback';
  const clientCa = { kind: kindOfCa(ca), namespace: homeOf(ca, source), name: ca.name } as const;
  const mode = asked ?? (isLenient ? 'OPTIONAL_MUTUAL' : 'MUTUAL');
  const skipsVerification = isLenient && asked === undefined;
  return { tls: { ...served, mode, clientCa, skipsVerification }, problem: undefined };
}

function homeOf(ref: ObjectReference, source: Resource): string {
  return ref.namespace ?? source.metadata.namespace;
}

/** Whether it may refer to it is asked first: a status must not tell what exists in foreign namespaces. */
function certificateProblem(view: GatewayApiView, source: Resource, ref: SecretObjectReference): Problem | undefined {
  const namespace = homeOf(ref, source);
  const own = source.metadata.namespace;
  const to = { group: '', kind: 'Secret', namespace, name: ref.name };
  if (namespace !== own && !isGranted(view, { kind: source.kind, namespace: own }, to)) {
    const message = `certificateRef ${ref.name}/${namespace} not accessible to a Gateway in namespace "${own}" (missing a ReferenceGrant?)`;
    return { reason: 'RefNotPermitted', message };
  }
  const why = secretProblem(view, ref, namespace);
  const message = `invalid certificate reference ${shown(ref)}, ${why ?? ''}`;
  return why === undefined ? undefined : { reason: 'InvalidCertificateRef', message };
}

/** Why a reference is to no usable key pair. */
function secretProblem(view: GatewayApiView, ref: SecretObjectReference, namespace: string): string | undefined {
  if (ref.group !== '' || ref.kind !== 'Secret') return 'only secret is allowed';
  const secret = view.find('Secret', namespace, ref.name);
  return secret === undefined ? `secret ${namespace}/${ref.name} not found` : keyPairProblem(secret.resource);
}

function caProblem(view: GatewayApiView, source: Resource, ref: ObjectReference): Problem | undefined {
  const namespace = homeOf(ref, source);
  const own = source.metadata.namespace;
  // istiod asks for a grant of the name under which it sends the bundle: only a grant without a name helps.
  const to = { group: '', kind: kindOfCa(ref), namespace, name: `${ref.name}-cacert` };
  if (namespace !== own && !isGranted(view, { kind: source.kind, namespace: own }, to)) {
    const message = `caCertificateRef ${namespace}/${ref.name} not accessible to a Gateway in namespace "${own}" (missing a ReferenceGrant?)`;
    return { reason: 'RefNotPermitted', message };
  }
  const of = `invalid CA certificate reference ${shown(ref)}`;
  if (ref.group !== '' || (ref.kind !== 'ConfigMap' && ref.kind !== 'Secret'))
    return { reason: 'InvalidCACertificateKind', message: `${of}, only secret and configmap are allowed` };
  const bundle = view.find(ref.kind, namespace, ref.name)?.resource;
  const why =
    bundle === undefined ? `${ref.kind.toLowerCase()} ${namespace}/${ref.name} not found` : bundleProblem(bundle);
  return why === undefined ? undefined : { reason: 'InvalidCACertificateRef', message: `${of}, ${why}` };
}

function kindOfCa({ group, kind }: ObjectReference): 'Secret' | 'ConfigMap' {
  return group === '' && kind === 'Secret' ? 'Secret' : 'ConfigMap';
}

/** The certificate a Gateway shows to backends: whether it is there and may be used. */
export function backendCertificateProblem(
  view: GatewayApiView,
  gateway: StoredObject<GatewayResource>,
): Problem | undefined {
  const { resource } = gateway;
  const ref = resource.spec.tls?.backend?.clientCertificateRef;
  if (ref === undefined) return undefined;
  const namespace = homeOf(ref, resource);
  const own = resource.metadata.namespace;
  const why = secretProblem(view, ref, namespace);
  if (why !== undefined)
    return { reason: 'InvalidClientCertificateRef', message: `invalid clientCertificateRef ${shown(ref)}, ${why}` };
  const to = { group: '', kind: 'Secret', namespace, name: ref.name };
  if (namespace === own || isGranted(view, { kind: 'Gateway', namespace: own }, to)) return undefined;
  const message = `clientCertificateRef ${ref.name}/${namespace} not accessible to a Gateway in namespace "${own}" (missing a ReferenceGrant?)`;
  return { reason: 'RefNotPermitted', message };
}

function shown({ group, kind, name, namespace = '' }: ObjectReference): string {
  return `${group}/${kind}/${name}.${namespace}`;
}

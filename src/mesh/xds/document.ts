// Documents that travel by reference: a pushed configuration, a CSR, a signed certificate, a proxy's description of itself.
// The message on the wire is a packet like any other; its attachment names the document, whose content never changes.
import type { AnyEntityId, Context, EntityId, EntityType, Message } from '../../kernel/index.ts';
import type { Credential } from '../../net/index.ts';
import { assert } from '../../kernel/index.ts';
import type { GatewayTopology } from '../config/index.ts';
import { minorOf } from '../config/index.ts';

/** Which data plane a proxy belongs to. */
export type ProxyKind = 'sidecar' | 'gateway' | 'waypoint' | 'ztunnel';

/** A proxy as it describes itself to istiod. */
export interface XdsNode {
  readonly proxy: ProxyKind;
  readonly process: AnyEntityId;
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly node: string;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: NodeMetadata;
}

/** What the environment of a proxy's container says to istiod (ISTIO_META_*), as far as it is read. Source: istio/istio:pkg/model/proxy.go NodeMetadata at 1.31. */
export interface NodeMetadata {
  /** HTTP10: takes HTTP/1.0. */
  readonly acceptsHttp10: boolean;
  /** Not DISABLE_HBONE_SEND: reaches by HBONE whoever takes it and has no sidecar. */
  readonly sendsTunnels: boolean;
  /** ISTIO_VERSION: of the proxy, as its image has it; '' counts as the newest. */
  readonly istioVersion: string;
  /** PROXY_CONFIG: of a gateway; undefined: as MeshConfig has it. */
  readonly gatewayTopology: GatewayTopology | undefined;
}

export const plainMetadata: NodeMetadata = {
  acceptsHttp10: false,
  sendsTunnels: true,
  istioVersion: '',
  gatewayTopology: undefined,
};

/** What istiod asks of a proxy's version, to tell it no more than it understands. Source: istio/istio:pilot/pkg/networking/util/util.go VersionGreaterOrEqual124 at 1.24. */
export function isBefore124({ istioVersion }: NodeMetadata): boolean {
  return minorOf(istioVersion) < 24;
}

export type Document =
  | { readonly kind: 'node'; readonly node: XdsNode }
  | { readonly kind: 'csr'; readonly identity: string }
  | { readonly kind: 'certificate'; readonly identity: string; readonly credential: Credential }
  | { readonly kind: 'refusal'; readonly identity: string; readonly reason: string }
  /** `content` is the data plane's own, plain data; `scope` names the class of proxies it was compiled for. */
  | { readonly kind: 'configuration'; readonly revision: number; readonly scope: string; readonly content: object };

export const documentType: EntityType<Document, Message> = {
  name: 'mesh.document',
  handle: (document) => document,
};
export type DocumentId = EntityId<Message>;

export function createDocument(ctx: Context, path: string, document: Document): DocumentId {
  return ctx.create(documentType, path, document);
}

/** The document of a kind the caller knows. Asserts it. */
export function readDocument<K extends Document['kind']>(
  ctx: Pick<Context, 'read'>,
  id: AnyEntityId,
  kind: K,
): Extract<Document, { kind: K }> {
  const document = ctx.read(documentType, id);
  assert(document?.kind === kind, `document ${id} is a ${kind}`);
  return document as Extract<Document, { kind: K }>; // checked by the line above
}

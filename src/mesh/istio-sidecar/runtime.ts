// Envoy as its own connections see it: the newest configuration and certificate, told by its pilot-agent. One entity per proxy, so that
// connections need not know the process entity.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { assert, GONE } from '../../kernel/index.ts';
import type { Credential } from '../../net/index.ts';
import type { DocumentId } from '../xds/index.ts';
import { readDocument } from '../xds/index.ts';
import type { SidecarConfiguration } from './configuration.ts';

export interface Runtime {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  /** The pod's. */
  readonly address: string;
  readonly trustDomain: string;
  readonly document: DocumentId | undefined;
  readonly credential: Credential | undefined;
  /** Inbound answers tell clients to go elsewhere. */
  readonly isDraining: boolean;
}

export type RuntimeMessage =
  | { readonly type: 'configuration'; readonly document: DocumentId }
  | { readonly type: 'credential'; readonly credential: Credential }
  | { readonly type: 'drain' }
  | { readonly type: 'end' };
export type RuntimeId = EntityId<RuntimeMessage>;

export const runtimeType: EntityType<Runtime, RuntimeMessage> = {
  name: 'envoy.runtime',
  handle(runtime, message) {
    switch (message.type) {
      case 'configuration':
        return { ...runtime, document: message.document };
      case 'credential':
        return { ...runtime, credential: message.credential };
      case 'drain':
        return { ...runtime, isDraining: true };
      case 'end':
        return GONE;
    }
  },
};

/** A proxy's state now; undefined once it has exited. */
export function runtimeOf(ctx: Pick<Context, 'read'>, id: RuntimeId): Runtime | undefined {
  return ctx.read(runtimeType, id);
}

/** The newest configuration. Asserts that there is one: listeners open only then. */
export function configurationOf(ctx: Pick<Context, 'read'>, runtime: Runtime): SidecarConfiguration {
  assert(runtime.document !== undefined, 'an Envoy that listens has a configuration');
  return readDocument(ctx, runtime.document, 'configuration').content as SidecarConfiguration; // sidecars get what their compiler made
}

// Envoy as its own connections see it: the newest configuration and certificate, told by its pilot-agent. One entity per proxy, so that
// connections need not know the process entity.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { assert, GONE } from '../../kernel/index.ts';
import type { Credential } from '../../net/index.ts';
import type { DocumentId } from '../xds/index.ts';
import { readDocument } from '../xds/index.ts';
import type { ProxyConfiguration } from './configuration.ts';

export interface Runtime {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  /** Undefined until the first push. */
  readonly document: DocumentId | undefined;
  /** The workload's own certificate. */
  readonly credential: Credential | undefined;
  /** Answers tell clients to go elsewhere. */
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
  keys: ({ process }) => [String(process)],
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

/** A proxy with a configuration, as what it decides needs it. */
export interface ConfiguredRuntime extends Runtime {
  readonly document: DocumentId;
}

/** A proxy's state now; undefined once it has exited, or before it was configured. */
export function runtimeOf(ctx: Pick<Context, 'read'>, id: RuntimeId): ConfiguredRuntime | undefined {
  const runtime = ctx.read(runtimeType, id);
  return runtime?.document === undefined ? undefined : (runtime as ConfiguredRuntime); // checked by this line
}

/** A proxy's own certificate now. */
export function credentialOf(ctx: Pick<Context, 'read' | 'find'>, process: AnyEntityId): Credential | undefined {
  const id = ctx.find(runtimeType, String(process));
  return id === undefined ? undefined : ctx.read(runtimeType, id)?.credential;
}

/** The newest configuration. */
export function configurationOf(ctx: Pick<Context, 'read'>, runtime: Runtime): ProxyConfiguration {
  assert(runtime.document !== undefined, 'an Envoy that listens has a configuration');
  return configurationIn(ctx, runtime.document);
}

export function configurationIn(ctx: Pick<Context, 'read'>, document: DocumentId): ProxyConfiguration {
  return readDocument(ctx, document, 'configuration').content as ProxyConfiguration; // compilers for Envoys make nothing else
}

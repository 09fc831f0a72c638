// Kubernetes Events about an object, as `kubectl describe` shows them.
import type { Context } from '../kernel/index.ts';
import type { Resource } from '../manifests/index.ts';
import { record } from '../trace/index.ts';

/** Writes an Event; `isWarning` as its type says. */
export function recordEvent(
  ctx: Context,
  { kind, metadata }: Resource,
  reason: string,
  message: string,
  isWarning = false,
): void {
  record(ctx, 'event', {
    resource: kind,
    namespace: metadata.namespace,
    name: metadata.name,
    reason,
    message,
    warning: isWarning,
  });
}

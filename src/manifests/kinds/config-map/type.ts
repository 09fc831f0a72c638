import type { Resource } from '../../resource.ts';

export interface ConfigMapResource extends Resource {
  readonly kind: 'ConfigMap';
  /** Empty when none was written. */
  readonly data: Readonly<Record<string, string>>;
  /** Base64. Empty when none was written. */
  readonly binaryData: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

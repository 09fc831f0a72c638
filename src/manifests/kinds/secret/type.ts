import type { Resource } from '../../resource.ts';

export interface SecretResource extends Resource {
  readonly kind: 'Secret';
  /** Default `Opaque`. */
  readonly type: string;
  /** Base64, with `stringData` already merged in as the API server does. */
  readonly data: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

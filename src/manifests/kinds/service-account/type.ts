import type { Resource } from '../../resource.ts';

export interface ServiceAccountResource extends Resource {
  readonly kind: 'ServiceAccount';
  readonly automountServiceAccountToken?: boolean;
}

import type { Resource } from '../../resource.ts';

/** A Namespace. Its labels (`metadata.labels`) are what enrolment and injection read. */
export interface NamespaceResource extends Resource {
  readonly kind: 'Namespace';
}

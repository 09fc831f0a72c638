// Source: kubernetes/kubernetes:pkg/apis/core/v1/defaults.go SetDefaults_Namespace at v1.34.

import { get, type JsonObject } from '../../json.ts';
import { withField } from '../defaulting.ts';

/** Every namespace carries its name as a label, so that selectors can pick it. */
const nameLabel = 'kubernetes.io/metadata.name';

export function namespaceDefaults(namespace: JsonObject): JsonObject {
  return withField(namespace, 'metadata', (metadata) =>
    withField(metadata, 'labels', (labels) => ({ ...labels, [nameLabel]: get(metadata, 'name') ?? '' })),
  );
}

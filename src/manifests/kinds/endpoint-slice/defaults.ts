// Source: kubernetes/kubernetes:pkg/apis/discovery/v1/defaults.go at v1.34.

import type { JsonObject } from '../../json.ts';
import { mapItems, withDefaults, withField } from '../defaulting.ts';

export function endpointSliceDefaults(slice: JsonObject): JsonObject {
  const ported = mapItems(slice, 'ports', (port) => withDefaults(port, { name: '', protocol: 'TCP' }));
  return mapItems(ported, 'endpoints', (endpoint) => withField(endpoint, 'conditions', (conditions) => conditions));
}

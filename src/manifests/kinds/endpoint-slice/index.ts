import { defineKind } from '../definition.ts';
import { endpointSliceDefaults } from './defaults.ts';
import type { Endpoint, EndpointPort, EndpointSliceResource } from './type.ts';
import { validateEndpointSlice } from './validate.ts';

export const endpointSlice = defineKind<EndpointSliceResource>({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  defaults: endpointSliceDefaults,
  // The three fit their schema, which has been checked before. A missing type is refused by `validate`.
  fields: (object) => ({
    addressType: (object['addressType'] ?? 'IPv4') as EndpointSliceResource['addressType'],
    endpoints: (object['endpoints'] ?? []) as unknown as readonly Endpoint[],
    ports: (object['ports'] ?? []) as unknown as readonly EndpointPort[],
  }),
  validate: validateEndpointSlice,
});

import { defineSpecKind } from '../definition.ts';
import { httpRouteDefaults } from './defaults.ts';
import type { HTTPRouteResource } from './type.ts';
import { validateHTTPRoute } from './validate.ts';

export const httpRoute = defineSpecKind<HTTPRouteResource>({
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
  defaults: httpRouteDefaults,
  validate: validateHTTPRoute,
});

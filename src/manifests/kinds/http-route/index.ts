import { defineKind, specOf } from '../definition.ts';
import { httpRouteDefaults } from './defaults.ts';
import type { HTTPRouteResource, HTTPRouteSpec } from './type.ts';
import { validateHTTPRoute } from './validate.ts';

export const httpRoute = defineKind<HTTPRouteResource>({
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
  defaults: httpRouteDefaults,
  fields: (object) => ({ spec: specOf<HTTPRouteSpec>(object) }),
  validate: ({ spec }, report, metadata) => validateHTTPRoute(spec, report, metadata),
});

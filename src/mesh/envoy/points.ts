// What an Envoy decides, by the names its records carry.
export const envoyPoints = [
  'envoy.listener',
  'envoy.chain',
  'envoy.route',
  'envoy.endpoint',
  'envoy.auth',
  'envoy.fault',
  'envoy.rate-limit',
  'envoy.drain',
  'envoy.codec',
  'envoy.proxy-header',
] as const;
export type EnvoyPoint = (typeof envoyPoints)[number];

import { defineAcceptedKind } from '../definition.ts';
import type { ProxyConfigSpec } from './type.ts';
import { validateProxyConfig } from './validate.ts';

export const proxyConfig = defineAcceptedKind<ProxyConfigSpec>({
  group: 'networking.istio.io',
  kind: 'ProxyConfig',
  validate: validateProxyConfig,
});

import { defineSpecKind } from '../definition.ts';
import { peerAuthenticationDefaults } from './defaults.ts';
import type { PeerAuthenticationResource } from './type.ts';
import { validatePeerAuthentication } from './validate.ts';

export const peerAuthentication = defineSpecKind<PeerAuthenticationResource>({
  group: 'security.istio.io',
  kind: 'PeerAuthentication',
  defaults: peerAuthenticationDefaults,
  validate: validatePeerAuthentication,
});

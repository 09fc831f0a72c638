import { defineKind, specOf } from '../definition.ts';
import { peerAuthenticationDefaults } from './defaults.ts';
import type { PeerAuthenticationResource, PeerAuthenticationSpec } from './type.ts';
import { validatePeerAuthentication } from './validate.ts';

export const peerAuthentication = defineKind<PeerAuthenticationResource>({
  group: 'security.istio.io',
  kind: 'PeerAuthentication',
  defaults: peerAuthenticationDefaults,
  fields: (object) => ({ spec: specOf<PeerAuthenticationSpec>(object) }),
  validate: ({ spec }, report, metadata) => validatePeerAuthentication(spec, report, metadata),
});

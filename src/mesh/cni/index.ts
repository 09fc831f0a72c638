// istio-cni: on every node an agent and its plugin, which enrol pods in ambient mode and write the redirect rules of sidecars.
export { cniAgentType } from './agent.ts';
export type { EnrolmentInput } from './enrolment.ts';
export { isAmbient } from './enrolment.ts';
export {
  doubled,
  hbonePort,
  inboundPort,
  outboundPort,
  validationFailed,
  validationLooksMax,
  validationPoll,
  zds,
  ztunnelMark,
} from './facts.ts';
export { cniManifest, spawnCniAgent } from './install.ts';
export { podKey } from './plugin.ts';
export type { RedirectOptions } from './sidecar-rules.ts';
export { redirectOptionsOf, redirectRules } from './sidecar-rules.ts';
export type { ZdsPod, ZdsToAgent, ZdsToZtunnel } from './zds.ts';

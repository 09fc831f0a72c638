// Why a rule applied, or why an alternative was not taken: one sentence per rule id, with the rule's parameters in braces.
import { ambientReasonsEn } from './ambient.en.ts';
import { authzReasonsEn } from './authz.en.ts';
import { envoyReasonsEn } from './envoy.en.ts';
import { kubeReasonsEn } from './kube.en.ts';
import { sidecarReasonsEn } from './sidecar.en.ts';

export const reasons: Readonly<Record<string, string>> = {
  ...kubeReasonsEn,
  ...authzReasonsEn,
  ...ambientReasonsEn,
  ...envoyReasonsEn,
  ...sidecarReasonsEn,
};

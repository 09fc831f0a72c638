// The kinds of step that are answered, one file and one line each. Any other is answered `unsupported` with its name.
import type { StepKind } from '../step-kind.ts';
import { analyzeStep } from './analyze.ts';
import { applyStep } from './apply.ts';
import { authzStep } from './authz.ts';
import { deleteStep } from './delete.ts';
import { dnsStep } from './dns.ts';
import { injectStep } from './inject.ts';
import { mtlsModeStep } from './mtls-mode.ts';
import { podLifecycleStep } from './pod-lifecycle.ts';
import { proxyStep } from './proxy.ts';
import { requestStep } from './request.ts';
import { statusStep } from './status.ts';
import { validateStep } from './validate.ts';
import { ztunnelPolicyStep } from './ztunnel-policy.ts';
import { ztunnelRouteStep } from './ztunnel-route.ts';

export const stepKinds: readonly StepKind[] = [
  analyzeStep,
  applyStep,
  authzStep,
  deleteStep,
  dnsStep,
  injectStep,
  mtlsModeStep,
  podLifecycleStep,
  proxyStep,
  requestStep,
  statusStep,
  validateStep,
  ztunnelPolicyStep,
  ztunnelRouteStep,
];

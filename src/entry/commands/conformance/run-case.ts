// One case: a fresh cluster, the manifests applied, then the steps in order. Pure; the same decisions and runs as the page's.
import { ConformanceCluster, filesOf } from './cluster.ts';
import type { ConformanceReply, ConformanceRequest, Step, StepResult } from './protocol.ts';
import type { CaseState } from './step-kind.ts';
import { unsupported } from './step-kind.ts';
import { stepKinds } from './steps/index.ts';

export function runCase(request: ConformanceRequest): ConformanceReply {
  const cluster = new ConformanceCluster([{ kind: 'apply', files: filesOf(request.manifests, 0) }]);
  let state: CaseState = { env: request.env, cluster };
  const results: StepResult[] = [];
  for (const step of request.steps) {
    const outcome = carryOut(step, state);
    results.push(outcome.result);
    state = outcome.state;
  }
  return { seq: request.seq, results };
}

const byName = new Map(stepKinds.map((stepKind) => [stepKind.kind, stepKind]));

/** A step that breaks answers with what broke; the steps after it find the case as it was. */
function carryOut(step: Step, state: CaseState): { readonly result: StepResult; readonly state: CaseState } {
  const stepKind = byName.get(step.kind);
  if (stepKind === undefined) return { result: unsupported(step.kind), state };
  try {
    return stepKind.carryOut(step, state);
  } catch (error) {
    return { result: { exception: error instanceof Error ? error.message : String(error) }, state };
  }
}

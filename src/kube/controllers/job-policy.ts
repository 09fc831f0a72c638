// What a Job's policies make of the ends of its pods: does a failure count, fail its index or the whole Job; is what succeeded enough. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/job/{pod_failure_policy,success_policy,backoff_utils}.go.
import type { JobSpec, JsonObject, JsonValue } from '../../manifests/index.ts';
import type { PodStatus } from '../api.ts';

export type FailureVerdict =
  { readonly action: 'Count' | 'Ignore' | 'FailIndex' } | { readonly action: 'FailJob'; readonly message: string };

/** What the first matching rule of the podFailurePolicy says; without one a failure counts. `pod`: `namespace/name`. */
export function failureVerdict(
  { podFailurePolicy }: JobSpec,
  pod: string,
  status: PodStatus | undefined,
): FailureVerdict {
  const rules = objectsOf(podFailurePolicy?.['rules']);
  for (const [index, rule] of rules.entries()) {
    const found = matchOf(rule, status);
    if (found === undefined) continue;
    const { action } = rule;
    if (action === 'FailJob')
      return { action, message: `${found.replace('POD', pod)} matching FailJob rule at index ${index}` };
    return { action: action === 'Ignore' || action === 'FailIndex' ? action : 'Count' };
  }
  return { action: 'Count' };
}

/** What of a pod a rule names, in the controller's words with POD for the pod; undefined: nothing. */
function matchOf({ onExitCodes, onPodConditions }: JsonObject, status: PodStatus | undefined): string | undefined {
  if (isObject(onExitCodes)) {
    const failed = status?.containers.find((container) => isMatched(onExitCodes, container));
    return failed && `Container ${failed.name} for pod POD failed with exit code ${failed.exitCode}`;
  }
  const held = objectsOf(onPodConditions).flatMap(({ type, status: wanted = 'True' }) => {
    const holds = typeof type === 'string' ? status?.gates[type] : undefined;
    return typeof type === 'string' && holds !== undefined && (holds ? 'True' : 'False') === wanted ? [type] : [];
  });
  return held.length === 0 ? undefined : `Pod POD has condition ${held.join()}`;
}

function isMatched(
  { containerName, operator, values }: JsonObject,
  { name, state, exitCode }: PodStatus['containers'][number],
): boolean {
  if (state !== 'terminated' || exitCode === 0) return false;
  if (typeof containerName === 'string' && containerName !== name) return false;
  const isListed = Array.isArray(values) && values.includes(exitCode);
  return operator === 'In' ? isListed : !isListed;
}

/** Whether the successPolicy is met by these indexes. */
export function isSuccessMet({ successPolicy }: JobSpec, succeeded: ReadonlySet<number>): boolean {
  return objectsOf(successPolicy?.['rules']).some(({ succeededIndexes, succeededCount }) => {
    if (typeof succeededIndexes !== 'string')
      return typeof succeededCount === 'number' && succeeded.size >= succeededCount;
    const wanted = indexesOf(succeededIndexes);
    const met = wanted.filter((index) => succeeded.has(index)).length;
    return met >= (typeof succeededCount === 'number' ? succeededCount : wanted.length);
  });
}

/** `0,2-4` as numbers. */
function indexesOf(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
  });
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

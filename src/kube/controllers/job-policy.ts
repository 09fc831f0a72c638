// What a Job's policies make of the ends of its pods: does a failure count, fail its index or the whole Job; is what succeeded enough. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/job/{pod_failure_policy,success_policy,backoff_utils}.go.
// Not modelled: rules on pod conditions, since no condition says why a pod was disrupted.
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
    const onExitCodes = rule['onExitCodes'];
    if (!isObject(onExitCodes)) continue;
    const failed = status?.containers.find((container) => isMatched(onExitCodes, container));
    if (failed === undefined) continue;
    const { action } = rule;
    if (action === 'FailJob')
      return {
        action,
        message: `Container ${failed.name} for pod ${pod} failed with exit code ${failed.exitCode} matching FailJob rule at index ${index}`,
      };
    return { action: action === 'Ignore' || action === 'FailIndex' ? action : 'Count' };
  }
  return { action: 'Count' };
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

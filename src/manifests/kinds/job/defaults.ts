// Source: kubernetes/kubernetes:pkg/apis/batch/v1/defaults.go SetDefaults_Job at v1.34.

import { get, isObject, type JsonObject } from '../../json.ts';
import { withDefaults, withField, withZeroDefaults } from '../defaulting.ts';
import { podTemplateDefaults } from '../pod/defaults.ts';

const backoffLimit = 6;
/** A Job that counts retries per index does not count them as a whole. */
const unlimitedBackoff = 2_147_483_647;

export function jobDefaults(job: JsonObject): JsonObject {
  const filled = withField(job, 'spec', (spec) => {
    const isWorkQueue = get(spec, 'parallelism') !== undefined && get(spec, 'completions') === undefined;
    const perIndex = get(spec, 'backoffLimitPerIndex') !== undefined;
    const failurePolicy = get(spec, 'podFailurePolicy') !== undefined;
    const counted = withDefaults(spec, {
      parallelism: 1,
      ...(!isWorkQueue && { completions: 1 }),
      backoffLimit: perIndex ? unlimitedBackoff : backoffLimit,
      suspend: false,
    });
    const policies = {
      completionMode: 'NonIndexed',
      podReplacementPolicy: failurePolicy ? 'Failed' : 'TerminatingOrFailed',
    };
    return podTemplateDefaults(withZeroDefaults(counted, policies));
  });
  return withTemplateLabels(filled);
}

/** A Job without labels takes those of its pods. */
function withTemplateLabels(job: JsonObject): JsonObject {
  return withField(job, 'metadata', (metadata) => {
    const written = get(metadata, 'labels');
    if (isObject(written) && Object.keys(written).length > 0) return metadata;
    const labels = inside(job, ['spec', 'template', 'metadata', 'labels']);
    return labels && Object.keys(labels).length > 0 ? { ...metadata, labels } : metadata;
  });
}

function inside(object: JsonObject, path: readonly string[]): JsonObject | undefined {
  let current: JsonObject = object;
  for (const key of path) {
    const next = get(current, key);
    if (!isObject(next)) return undefined;
    current = next;
  }
  return current;
}

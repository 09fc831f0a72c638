// Conditions as istiod writes them: set beside those of other controllers, in place, and left alone where they say the same already.
// Source: istio/istio:pilot/pkg/config/kube/gatewaycommon/conversion.go SetListenerConditions, pilot/pkg/model/kstatus/helper.go at 1.31.
// `lastTransitionTime` is the writer's: a condition that keeps its status keeps the one it has, any other has none yet.
import type { JsonValue } from '../../manifests/index.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339, or an engine time; absent until somebody writes it. */
  readonly lastTransitionTime?: string | number;
}

/** What is wrong, by the reason upstream gives it. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** What a condition is to say. */
export interface Outcome extends Problem {
  readonly status: 'True' | 'False';
}

/** By the condition's type. */
export type Outcomes = Readonly<Record<string, Outcome>>;

export function met(reason: string, message: string): Outcome {
  return { status: 'True', reason, message };
}

export function unmet({ reason, message }: Problem): Outcome {
  return { status: 'False', reason, message };
}

/** The conditions after these outcomes were reported: known types in their places, new ones behind, by name. */
export function withOutcomes(
  conditions: readonly Condition[],
  outcomes: Outcomes,
  generation: number,
): readonly Condition[] {
  const next = [...conditions];
  const byType = Object.entries(outcomes).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [type, { status, reason, message }] of byType) {
    const at = next.findIndex((condition) => condition.type === type);
    const before = next[at];
    const keeps = before?.status === status;
    if (keeps && before.message === message && before.observedGeneration === generation) continue;
    const since = keeps ? before.lastTransitionTime : undefined;
    const written: Condition = {
      type,
      status,
      reason,
      message,
      observedGeneration: generation,
      ...(since !== undefined && { lastTransitionTime: since }),
    };
    if (at < 0) next.push(written);
    else next[at] = written;
  }
  return next;
}

/** Both problems as one: the reason of the first. */
export function joined(first: Problem | undefined, second: Problem | undefined): Problem | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return { reason: first.reason, message: `${first.message}; ${second.message}` };
}

// ---- What a status said before. It is kept as it was written, so it is read with care.

/** A field that is a list of objects; other items are passed over. */
export function itemsAt(value: JsonValue | undefined, key: string): readonly Readonly<Record<string, JsonValue>>[] {
  const list = fieldAt(value, key);
  return Array.isArray(list) ? list.flatMap((item: JsonValue) => (isRecord(item) ? [item] : [])) : [];
}

/** A field of an object; undefined of anything else. */
export function fieldAt(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A field that is an object; {} when it is none. */
export function objectAt(value: JsonValue | undefined, key: string): Readonly<Record<string, JsonValue>> {
  const object = fieldAt(value, key);
  return isRecord(object) ? object : {};
}

export function textAt(value: JsonValue | undefined, key: string): string | undefined {
  const text = fieldAt(value, key);
  return typeof text === 'string' ? text : undefined;
}

export function conditionsAt(value: JsonValue | undefined): readonly Condition[] {
  return itemsAt(value, 'conditions').map((written) => {
    const generation = written['observedGeneration'];
    const since = written['lastTransitionTime'];
    return {
      type: textAt(written, 'type') ?? '',
      status: textAt(written, 'status') ?? 'Unknown',
      reason: textAt(written, 'reason') ?? '',
      message: textAt(written, 'message') ?? '',
      observedGeneration: typeof generation === 'number' ? generation : 0,
      ...((typeof since === 'string' || typeof since === 'number') && { lastTransitionTime: since }),
    };
  });
}

function isRecord(value: JsonValue | undefined): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

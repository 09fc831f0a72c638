// What an Apply came to, in one notice: what the cluster took, what it refused, and what it keeps without acting on it.

import type { Diagnostic, ManifestFile } from '../../manifests/index.ts';
import { fill, type Texts } from '../../text/index.ts';
import type { TraceRecord } from '../../trace/index.ts';
import { appliedCounts, deletedBy, formatInstant, type RunIndex } from '../../view/index.ts';
import { countRejected, notSimulatedKinds } from '../editor/rejections.ts';
import type { PolicyReach } from './policy-reach.svelte.ts';

export interface AppliedManifests {
  /** Microseconds of the run. */
  readonly at: number;
  readonly files: readonly ManifestFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The words of the notice; undefined while the engine has not told what it did. */
export function applyReport(
  ui: Texts['ui'],
  { index, reach }: { readonly index: RunIndex; readonly reach: PolicyReach },
  applied: AppliedManifests,
): string | undefined {
  const record = inputOf(index, applied);
  if (record === undefined) return undefined;
  const { created, configured, deleted } = appliedCounts(record.detail);
  const rejected = countRejected(applied.diagnostics, applied.files);
  const gone = deletedBy(index, record.id);
  const kinds = notSimulatedKinds(applied.diagnostics).join(', ');
  return [
    fill(ui.action.appliedCounts, {
      time: formatInstant(applied.at),
      count: Number(created) + Number(configured),
      deleted,
      rejected: rejected === 0 ? '' : rejected,
    }),
    ...(gone.length === 0 ? [] : [fill(ui.action.appliedDeleted, { names: gone.join(', ') })]),
    ...(rejected === 0 ? [] : [ui.action.appliedRest]),
    ...reach.passedBy(record.id).map(({ policy, open }) => fill(ui.action.appliedPassedBy, { policy, count: open })),
    ...(kinds === '' ? [] : [fill(ui.action.appliedNotSimulated, { kinds })]),
  ].join(' ');
}

/** The record of the apply; undefined while the engine has not told of it. */
export function inputOf(index: RunIndex, applied: AppliedManifests): TraceRecord<'input'> | undefined {
  return index.milestones.inputs
    .map((id) => index.trace.getAs(id, 'input'))
    .findLast(({ action, at }) => action === 'apply' && at === applied.at);
}

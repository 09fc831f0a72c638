// What an Apply came to, in one notice: what the cluster took, what it refused, and what it keeps without acting on it.

import type { Diagnostic, ManifestFile } from '../../manifests/index.ts';
import { fill, type Texts } from '../../text/index.ts';
import { appliedCounts, deletedBy, formatInstant, type RunIndex } from '../../view/index.ts';
import { countRejected, notSimulatedKinds } from '../editor/rejections.ts';

export interface AppliedManifests {
  /** Microseconds of the run. */
  readonly at: number;
  readonly files: readonly ManifestFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The words of the notice; undefined while the engine has not told what it did. */
export function applyReport(ui: Texts['ui'], index: RunIndex, applied: AppliedManifests): string | undefined {
  const record = index.milestones.inputs
    .map((id) => index.trace.getAs(id, 'input'))
    .findLast(({ action, at }) => action === 'apply' && at === applied.at);
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
    ...(kinds === '' ? [] : [fill(ui.action.appliedNotSimulated, { kinds })]),
  ].join(' ');
}

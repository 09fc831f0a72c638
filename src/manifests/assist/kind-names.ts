// The kinds that can be written, those the engine acts on first.

import { schemaFiles } from '../catalog.ts';
import { findKindDefinition } from '../kinds/index.ts';

export interface KindName {
  readonly kind: string;
  readonly apiVersion: string;
}

const all: readonly (KindName & { readonly isSimulated: boolean })[] = schemaFiles
  .slice(0, 3) // the experimental Gateway API knows no kinds that a cluster has by default
  .flatMap(({ kinds }) => kinds)
  .map(({ group, kind, versions }) => {
    const version = versions[0]?.[0] ?? 'v1';
    const isSimulated = findKindDefinition(group, kind)?.support === 'simulated';
    return { kind, apiVersion: group === '' ? version : `${group}/${version}`, isSimulated };
  });
const scenario: KindName = { kind: 'Scenario', apiVersion: 'meshscope.dev/v1' };
const ordered: readonly KindName[] = [
  ...all.filter(({ isSimulated }) => isSimulated),
  scenario,
  ...all.filter(({ isSimulated }) => !isSimulated),
];

/** Of one API version, or of every one when it is ''. */
export function simulatedAndOther(apiVersion: string): readonly KindName[] {
  const fitting = ordered.filter((known) => known.apiVersion === apiVersion);
  return fitting.length === 0 ? ordered : fitting;
}

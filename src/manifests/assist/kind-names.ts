// The kinds that can be written, those the engine acts on first.

import { kubernetesSchemas, lookUpKind } from '../catalog.ts';
import { crds, gatewayApiSchemas, istioSchemas } from '../crds.ts';

export interface KindName {
  readonly kind: string;
  readonly apiVersion: string;
}

const all: readonly (KindName & { readonly isSimulated: boolean })[] = [
  kubernetesSchemas,
  istioSchemas,
  gatewayApiSchemas,
]
  .flatMap(({ kinds }) => kinds)
  .map(({ group, kind, versions }) => {
    const version = versions[0]?.[0] ?? 'v1';
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const known = lookUpKind(apiVersion, kind, crds);
    const isSimulated = known.found === 'known' && known.kind.statement?.support === 'simulated';
    return { kind, apiVersion, isSimulated };
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

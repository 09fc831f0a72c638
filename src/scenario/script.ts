// What happens to a run by itself: the scenario's interventions and markers, as the operator's inputs in order of time.
import { parseTarget } from '../host/index.ts';
import type { Resource } from '../manifests/index.ts';
import { parseDuration } from './duration.ts';
import type { InterventionSpec, ScenarioSpec } from './format.ts';
import type { OperatorMessage } from './operator.ts';
import { askTag } from './summary.ts';

export interface Scripted {
  /** Microseconds of the run. */
  readonly at: number;
  readonly message: OperatorMessage;
}

/** In order of time. `read` reads a file that the scenario applies later. */
export function scriptOf(spec: ScenarioSpec, read: (path: string) => readonly Resource[]): readonly Scripted[] {
  const scripted: Scripted[] = [];
  let revision = 1;
  for (const intervention of spec.interventions ?? []) {
    const at = parseDuration(intervention.at) ?? 0;
    if ('apply' in intervention) revision += 1;
    const message = messageOf(intervention, revision, read);
    if (message !== undefined) scripted.push({ at, message });
  }
  for (const marker of spec.markers ?? [])
    scripted.push({ at: parseDuration(marker.at) ?? 0, message: { type: 'marker', name: marker.name } });
  return inTimeOrder(scripted);
}

/** In order of time; what was first among equals stays first. */
export function inTimeOrder(items: readonly Scripted[]): readonly Scripted[] {
  return items.toSorted((a, b) => a.at - b.at);
}

function messageOf(
  intervention: InterventionSpec,
  revision: number,
  read: (path: string) => readonly Resource[],
): OperatorMessage | undefined {
  if ('kill' in intervention) return { type: 'intervene', intervention: { kind: 'kill', workload: intervention.kill } };
  if ('delete' in intervention) {
    const [kind = '', namespace = '', name = ''] = intervention.delete.split('/');
    return { type: 'delete', ref: { kind, namespace, name } };
  }
  if ('apply' in intervention) {
    const title = intervention.apply;
    return { type: 'apply', resources: read(title), revision, title, set: 'script', incomplete: [] };
  }
  const { from, to, count = 1, method = 'GET', headers = {} } = intervention.request;
  const target = parseTarget(to);
  if (target === undefined) return undefined;
  return {
    type: 'ask',
    sequence: 0,
    from,
    target,
    count,
    method,
    headers: Object.entries(headers),
    tag: `${askTag}scenario-${intervention.at}`,
  };
}

// What happens to a run by itself: the scenario's interventions and markers, as the operator's inputs in order of time.
import { parseTarget, plainManner } from '../host/index.ts';
import type { Resource } from '../manifests/index.ts';
import { parseDuration } from './duration.ts';
import type { InterventionSpec, ScenarioSpec } from './format.ts';
import { parseSkew } from './format.ts';
import type { OperatorMessage } from './operator.ts';
import type { Intervention } from './intervention.ts';
import { undoOf } from './intervention.ts';
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
    if (message === undefined) continue;
    scripted.push({ at, message });
    const lasts = 'for' in intervention && intervention.for !== undefined ? parseDuration(intervention.for) : undefined;
    const undo = message.type === 'intervene' ? undoOf(message.intervention) : undefined;
    if (lasts !== undefined && undo !== undefined)
      scripted.push({ at: at + lasts, message: { type: 'intervene', intervention: undo } });
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
  if ('delete' in intervention) {
    const [kind = '', namespace = '', name = ''] = intervention.delete.split('/');
    return { type: 'delete', ref: { kind, namespace, name } };
  }
  if ('apply' in intervention) {
    const title = intervention.apply;
    return { type: 'apply', resources: read(title), revision, title, set: 'script', incomplete: [] };
  }
  if (!('request' in intervention)) return { type: 'intervene', intervention: interventionOf(intervention) };
  const { from, to, count = 1, method = 'GET', headers = {}, version } = intervention.request;
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
    manner: { ...plainManner, isHttp10: version === 'HTTP/1.0' },
    tag: `${askTag}scenario-${intervention.at}`,
  };
}

type FaultSpec = Exclude<
  InterventionSpec,
  { readonly apply: string } | { readonly delete: string } | { readonly request: object }
>;

/** Every span was checked by the format. */
function interventionOf(spec: FaultSpec): Intervention {
  const micros = (text: string): number => parseDuration(text) ?? 0;
  if ('kill' in spec) return { kind: 'kill', workload: spec.kill };
  if ('restart' in spec) return { kind: 'restart', workload: spec.restart, container: spec.container };
  if ('pause' in spec) return { kind: 'pause', workload: spec.pause, container: spec.container };
  if ('slow' in spec) return { kind: 'slow', workload: spec.slow, container: spec.container, by: micros(spec.by) };
  if ('cordon' in spec) return { kind: 'cordon', node: spec.cordon };
  if ('uncordon' in spec) return { kind: 'uncordon', node: spec.uncordon };
  if ('drain' in spec) return { kind: 'drain', node: spec.drain };
  if ('reboot' in spec) return { kind: 'reboot', node: spec.reboot };
  if ('lose' in spec) return { kind: 'lose', node: spec.lose };
  if ('skew' in spec) return { kind: 'skew', node: spec.skew, by: parseSkew(spec.by) ?? 0 };
  if ('delay' in spec) return { kind: 'delay', between: spec.delay, by: micros(spec.by) };
  if ('drop' in spec) return { kind: 'drop', between: spec.drop, percent: spec.percent };
  if ('duplicate' in spec) return { kind: 'duplicate', between: spec.duplicate };
  if ('partition' in spec) return { kind: 'partition', between: spec.partition };
  if ('cut' in spec) return { kind: 'partition', between: [spec.cut, '*'] };
  if ('expire' in spec) return { kind: 'expire', workload: spec.expire };
  if ('condition' in spec)
    return { kind: 'condition', workload: spec.condition, condition: spec.type, isTrue: spec.status !== 'False' };
  if ('heal' in spec) return { kind: 'heal', what: spec.heal };
  if ('scale' in spec) return { kind: 'scale', workload: spec.scale, replicas: spec.replicas };
  if ('roll' in spec) return { kind: 'roll', workload: spec.roll };
  return { kind: 'upgrade', workload: spec.upgrade, to: spec.to };
}

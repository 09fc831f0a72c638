// What can be laid side by side: one workload under four meshes, and, where there are any, the forks of the run that is shown.
import type { Deed, ScenarioSource } from '../../scenario/port.ts';
import { fill, type ForkTexts, type WorldTexts } from '../../text/index.ts';
import { formatInstant } from '../../view/index.ts';
import type { Files } from '../editor/files.ts';
import { forkName } from '../time/fork-name.ts';
import { type Fork, forkShown, type Futures } from '../workspace/futures.ts';

/** `waypoint`: ambient with a waypoint in every namespace. */
const meshes = ['none', 'sidecar', 'ambient', 'waypoint'] as const;
type Mesh = (typeof meshes)[number];

export interface World {
  /** `none`, `sidecar`, ..., `fork-1`. */
  readonly id: string;
  readonly what: { readonly kind: 'mesh'; readonly mesh: Mesh } | { readonly kind: 'fork'; readonly fork: Fork };
  readonly source: ScenarioSource;
  /** What is done by hand, in order of time. */
  readonly deeds: readonly Deed[];
}

export const WORLDS_MIN = 2;
export const WORLDS_MAX = 3;
/** Those that lie side by side at first. */
const worldsAtStart: readonly string[] = ['sidecar', 'ambient'] satisfies readonly Mesh[];

/**
 * Every world there is. Under a mesh the manifests are the edited ones from the beginning, with the luck of the run that is shown;
 * what else was done in that run is done in each. Forks are as they are.
 */
export function worldsOf(futures: Futures, files: Files): readonly World[] {
  const source = { ...futures.source, manifests: files };
  const deeds = forkShown(futures).deeds.filter(({ action }) => action.kind !== 'apply');
  const forks = futures.forks.length > 1 ? futures.forks : [];
  return [
    ...meshes.map((mesh): World => ({
      id: mesh,
      what: { kind: 'mesh', mesh },
      source: { ...source, mesh: mesh === 'waypoint' ? 'ambient' : mesh, hasWaypoints: mesh === 'waypoint' },
      deeds,
    })),
    ...forks.map((fork): World => ({
      id: `fork-${fork.id}`,
      what: { kind: 'fork', fork },
      source: futures.source,
      deeds: fork.deeds,
    })),
  ];
}

/** The worlds after one has been chosen or left; what would be too few or too many stays as it was. */
export function toggled(chosen: readonly string[], id: string): readonly string[] {
  const next = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
  return next.length < WORLDS_MIN || next.length > WORLDS_MAX ? chosen : next;
}

/** The worlds to begin with, of all there are: those that are wanted, unless too few or too many of them are there. */
export function worldsToBegin(all: readonly World[], wanted: readonly string[] = worldsAtStart): readonly string[] {
  const there = all.map(({ id }) => id).filter((id) => wanted.includes(id));
  return there.length < WORLDS_MIN || there.length > WORLDS_MAX ? worldsAtStart : there;
}

export interface WorldName {
  readonly name: string;
  /** What sets it apart, in a few words. */
  readonly lead: string;
}

export function nameOfWorld({ what }: Pick<World, 'what'>, words: WorldTexts, forks: ForkTexts): WorldName {
  switch (what.kind) {
    case 'mesh':
      return { name: words[what.mesh], lead: words[`lead-${what.mesh}`] };
    case 'fork':
      return { name: forkName(forks, what.fork), lead: leadOfFork(what.fork, words) };
  }
}

function leadOfFork({ id, at, deeds }: Fork, words: WorldTexts): string {
  return id === 0
    ? fill(words['lead-main'], { deeds: deeds.length })
    : fill(words['lead-fork'], { deeds: deeds.length, time: formatInstant(at) });
}

// File names that say what is in them: `meshscope-sandbox-ambient-seed7-4.213s-trace.json`.

export interface Exported {
  /** A lesson's id, or `sandbox`. */
  readonly scene: string;
  readonly mesh: string;
  readonly seed: number;
  /** Microseconds. */
  readonly t: number;
}

export type ExportKind = 'trace.json' | 'sequence.mmd' | 'picture.svg' | 'picture.png' | 'manifests.yaml';

/** Manifests have neither seed nor time. */
export function exportName({ scene, mesh, seed, t }: Exported, kind: ExportKind): string {
  const run = kind === 'manifests.yaml' ? [] : [mesh, `seed${seed}`, `${(t / 1_000_000).toFixed(3)}s`];
  return ['meshscope', scene, ...run, kind].map((part) => part.replaceAll(/[^\w.-]/g, '_')).join('-');
}

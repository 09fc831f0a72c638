// The cluster of a case as it runs: a settled run of the case's first text, which many cases share, forked for each of them, with
// the rest applied on top. Every request of a case goes through the engine as the page runs it.
import type { ManifestFile } from '../../../manifests/index.ts';
import type { MeshConfiguration } from '../../../mesh/index.ts';
import { Run } from '../../../scenario/index.ts';
import type { ConformanceCluster } from './cluster.ts';
import { meshConfigurationOf } from './environment.ts';
import type { CaseState } from './step-kind.ts';

const SEED = 1;

/** The run of a case between two steps: everything applied is in force. Undefined: the engine cannot act out what was done. */
export function runOf({ env, cluster }: CaseState): Run | undefined {
  const files = filesOf(cluster);
  const [base] = files;
  if (base === undefined || cluster.changes.some(({ kind }) => kind === 'delete')) return undefined;
  let run = runs.get(cluster);
  if (run !== undefined) return run.fork();
  const mesh = files.some(({ text }) => /istio\.io\/(?:dataplane-mode: ambient|use-waypoint)/.test(text))
    ? 'ambient'
    : 'sidecar';
  run = settledRun(base, mesh, meshConfigurationOf(env)).fork();
  if (files.length > 1) {
    run.apply(run.simulated, files);
    run.settle();
  }
  runs.set(cluster, run);
  return run.fork();
}

const runs = new WeakMap<ConformanceCluster, Run>();

/** Everything applied so far, in order. */
function filesOf({ changes }: ConformanceCluster): readonly ManifestFile[] {
  return changes.flatMap((change) => (change.kind === 'apply' ? change.files : [])).map(withoutPortless);
}

/** Upstream's echo Services list ports that no Service has as -1; no API server would take them. */
function withoutPortless({ path, text }: ManifestFile): ManifestFile {
  return { path, text: text.replace(/^( *)- name: .*\n\1 {2}port: -1\n(?:\1 {2}.*\n)*/gm, '') };
}

/** Runs whose manifests are all in force, the one used last behind: cases share their first text. */
const settled = new Map<string, Run>();
const settledMax = 8;

function settledRun(base: ManifestFile, mesh: 'sidecar' | 'ambient', configuration: MeshConfiguration): Run {
  const key = JSON.stringify([mesh, configuration, base.text]);
  let run = settled.get(key);
  settled.delete(key);
  if (run === undefined) {
    const scenario = `apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: case}\nspec: {mesh: ${mesh}}\n`;
    run = new Run({
      scenario,
      manifests: [base],
      seed: SEED,
      configuration,
      reading: { keepsInvalid: true, gatewayApiChannel: 'experimental' },
    });
    run.settle();
  }
  settled.set(key, run);
  for (const oldest of settled.keys()) if (settled.size > settledMax) settled.delete(oldest);
  return run;
}

// The cluster of a case as it runs: a settled run of the case's first text, which many cases share, forked for each of them, with
// the rest applied on top. Every request of a case goes through the engine as the page runs it.
import { experimentalChannel } from '../../../manifests/experimental.ts';
import type { ManifestFile } from '../../../manifests/index.ts';
import type { MeshConfiguration } from '../../../mesh/index.ts';
import { Run } from '../../../scenario/index.ts';
import type { ConformanceCluster } from './cluster.ts';
import { meshConfigurationOf } from './environment.ts';
import type { CaseState } from './step-kind.ts';

const SEED = 1;

/** The run of a case between two steps: everything that was applied and deleted is in force. */
export function runOf({ env, cluster }: CaseState): Run | undefined {
  const known = runs.get(cluster);
  if (known !== undefined) return known.fork();
  const [first, ...later] = cluster.changes;
  if (first?.kind !== 'apply') return undefined;
  const files = first.files.map(readyForCluster);
  const [base] = files;
  if (base === undefined) return undefined;
  const mesh = files.some(({ text }) => /istio\.io\/(?:dataplane-mode: ambient|use-waypoint)/.test(text))
    ? 'ambient'
    : 'sidecar';
  const servesUdpRoutes = cluster.objectsOf('UDPRoute').length > 0; // see settled-gateways.ts
  const configuration = { ...meshConfigurationOf(env), servesUdpRoutes, sidecarsTakeTunnels: mesh === 'ambient' };
  const run = settledRun(base, mesh, configuration).fork();
  let applied = files;
  if (files.length > 1) run.apply(run.simulated, files);
  run.settle();
  for (const change of later) {
    if (change.kind === 'apply') {
      applied = [...applied, ...change.files.map(readyForCluster)];
      run.apply(run.simulated, applied);
    } else run.delete(run.simulated, change.ref);
    run.settle();
  }
  runs.set(cluster, run);
  return run.fork();
}

const runs = new WeakMap<ConformanceCluster, Run>();

/** As upstream's clusters have it, where a case's text leaves it open. */
function readyForCluster({ path, text }: ManifestFile): ManifestFile {
  return {
    path,
    text: text
      .split(/^(?=---)/m)
      .map(withLoadBalancer)
      .map(withoutPortless)
      .join(''),
  };
}

/** Upstream's echo Services list ports that no Service has as -1; no API server would take them. */
function withoutPortless(text: string): string {
  return text.replace(/^( *)- name: .*\n\1 {2}port: -1\n(?:\1 {2}.*\n)*/gm, '');
}

/** Upstream's ingress gateway stands behind a load balancer: requests from outside come in there. */
function withLoadBalancer(document: string): string {
  const isGateway = /^kind: Service$/m.test(document) && /^ {2}name: istio-ingressgateway$/m.test(document);
  return isGateway && !/^ {2}type:/m.test(document)
    ? document.replace(/^spec:\n/m, 'spec:\n  type: LoadBalancer\n')
    : document;
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
      reading: { keepsInvalid: true, gatewayApiChannel: experimentalChannel },
    });
    run.settle();
  }
  settled.set(key, run);
  for (const oldest of settled.keys()) if (settled.size > settledMax) settled.delete(oldest);
  return run;
}

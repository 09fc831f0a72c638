// What the invariants of ambient mode are looked at with: a run whose pods are up, requests in it, its connections.
import { parseTarget } from '../../../../src/host/index.ts';
import type { ManifestFile } from '../../../../src/manifests/index.ts';
import { Run } from '../../../../src/scenario/index.ts';
import { documents } from '../istio-sidecar/scene.ts';
import '../../provide-envoys.ts';

export const second = 1_000_000;

export const files = (texts: readonly string[]): ManifestFile[] =>
  texts.map((text, index) => ({ path: `${index}.yaml`, text }));

/** A run of these manifests with ambient mode installed, once it is settled. `spec`: the scenario's. */
export function begin(manifests: readonly string[], spec: object = {}, seed?: number): Run {
  const scenario = {
    apiVersion: 'meshscope.dev/v1',
    kind: 'Scenario',
    metadata: { name: 'scene' },
    spec: { mesh: 'ambient', ...spec },
  };
  const run = new Run({
    scenario: JSON.stringify(scenario),
    manifests: files(manifests),
    ...(seed === undefined ? {} : { seed }),
  });
  const mistakes = run.info.diagnostics.filter(({ severity }) => severity === 'error');
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes));
  run.settle();
  return run;
}

/** A waypoint `namespace/name` for Services. */
export function waypoint(path: string): string {
  const [namespace = '', name = ''] = path.split('/');
  return documents({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace, labels: { 'istio.io/waypoint-for': 'service' } },
    spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15_008, protocol: 'HBONE' }] },
  });
}

/** What the redirection annotation of a pod (`namespace/name`, or the start of it) says; `-` without one. */
export function redirectionOf(run: Run, pod: string): string {
  const found = run
    .storedAt(run.simulated)
    .find(
      ({ resource: { kind, metadata } }) => kind === 'Pod' && `${metadata.namespace}/${metadata.name}`.startsWith(pod),
    );
  if (found === undefined) throw new Error(`${pod} is there`);
  return found.resource.metadata.annotations['ambient.istio.io/redirection'] ?? '-';
}

/** Sends requests now, lets `seconds` pass, and tells what became of each. */
export function ask(run: Run, from: string, url: string, { count = 1, seconds = 2 } = {}): readonly string[] {
  const target = parseTarget(url);
  if (target === undefined) throw new Error(`${url} is a URL`);
  const first = run.trace.length;
  run.ask(run.simulated, { from, target, count, method: 'GET', headers: [] });
  run.advance(run.simulated + seconds * second);
  const asked = new Set(
    [...run.trace.select(['request'], first)].filter(({ tag }) => tag.startsWith('ask')).map(({ id }) => id),
  );
  return [...run.trace.select(['response'], first)]
    .filter(({ request }) => asked.has(request))
    .map(({ result }) => result);
}

export interface Dialled {
  readonly connection: number;
  readonly destination: string;
  readonly wire: 'plaintext' | 'mtls';
  readonly at: number;
}

/** Connections dialled since a record that leave their pod. */
export function eachConnection(run: Run, since = 0): readonly Dialled[] {
  const secured = new Set([...run.trace.select(['secured'], since)].map(({ connection }) => connection));
  return [...run.trace.select(['connection'], since)]
    .filter(({ link }) => link !== 'loopback')
    .map(({ connection, destination, at }) => ({
      connection,
      destination,
      at,
      wire: secured.has(connection) ? 'mtls' : 'plaintext',
    }));
}

// Code is compiled when it is first called: a worker that is kept ready has called most of it before anybody asks for a run.
import { Run } from '../../scenario/index.ts';

/** One pod with a sidecar and one without. */
const WARM_UP = ['enabled', 'disabled']
  .map(
    (injection) => `apiVersion: v1
kind: Namespace
metadata: {name: ${injection}, labels: {istio-injection: ${injection}}}
---
apiVersion: v1
kind: Pod
metadata: {name: pod, namespace: ${injection}, annotations: {meshscope.dev/calls: http://pod:80/ on start}}
spec: {containers: [{name: app, image: app}]}`,
  )
  .join('\n---\n');
const WARM_UP_US = 4_000_000;

/** Simulates a small cluster of which nobody is told. Needs Envoys. */
export function warmUp(): void {
  new Run({ scenario: '', manifests: [{ path: 'warm-up.yaml', text: WARM_UP }] }).advance(WARM_UP_US);
}

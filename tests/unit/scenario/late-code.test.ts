import { expect, test } from 'vitest';
import { lateCodeOf } from '../../../src/scenario/index.ts';
import type { ScenarioSource } from '../../../src/scenario/port.ts';

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n';
const of = (text: string, more: Partial<ScenarioSource> = {}): ScenarioSource => ({
  scenario: '',
  manifests: [{ path: 'a.yaml', text }],
  ...more,
});

test.each<[string, ScenarioSource, string | undefined]>([
  ['plain pods need nothing more', of(pod), undefined],
  ['nor do they in ambient', of(pod, { mesh: 'ambient' }), undefined],
  ['sidecars need Envoys', of(pod, { mesh: 'sidecar' }), 'envoys'],
  ['so do waypoints', of(pod, { mesh: 'ambient', hasWaypoints: true }), 'envoys'],
  ['a label asks for them', of('metadata: {labels: {istio-injection: enabled}}'), 'envoys'],
  ['a policy is of a kind that a CRD brings', of('apiVersion: security.istio.io/v1'), 'crds'],
  ['its group may be spelled with escapes', of(String.raw`apiVersion: "security.\x69stio.io/v1"`), 'crds'],
  ['a Gateway stands for an Envoy', of('apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway'), 'envoys'],
  ['a file that is applied later counts', of(pod, { extras: [{ path: 'b.yaml', text: 'kind: CronJob' }] }), 'envoys'],
])('%s', (_sentence, source, code) => {
  expect(lateCodeOf(source)).toBe(code);
});

// READY as `kubectl get pods` counts it: containers that are ready, not containers that run.

import { describe, expect, test } from 'vitest';
import { layoutOf, sceneAt, type RunIndex } from '../../../src/view/index.ts';
import { indexOf } from './indexed.ts';
import { NONE, RunBuilder, type BuiltPod } from './run-builder.ts';

/** A pod whose containers run, and which is not ready as a whole. */
function unreadyPod(containers: readonly string[]) {
  const run = new RunBuilder();
  const node = run.node('node-1', '');
  const pod = run.pod('web-1', { workload: 'web', node, containers });
  run.write('pod', { ...pod.base, node: node.node, phase: 'Running', ready: false });
  const states = new Map(
    containers.map((name) => {
      const entity = run.entity(`pod/shop/web-1/${name}`);
      const state = run.write('state', {
        entity,
        machine: 'kube.container',
        from: 'creating',
        to: 'up.steady',
        event: 'after create',
      });
      return [name, state] as const;
    }),
  );
  const probe = (name: string, isOk: boolean): void => {
    const request = run.write(
      'request',
      {
        process: node.kubelet,
        netns: node.netns,
        protocol: 'http',
        method: 'GET',
        url: 'http://10.244.0.2:8080/ready',
        source: '172.18.0.2',
        tag: 'probe',
      },
      { cause: states.get(name) ?? NONE },
    );
    run.wait(100);
    run.write('response', {
      request,
      result: isOk ? 'ok' : 'failed',
      status: 0,
      ok: isOk,
      latency: 100 as never,
      detail: '',
    });
  };
  return { run, pod, probe };
}

function readyOf(index: RunIndex, { pod }: BuiltPod, cursor = index.trace.length): string {
  const scene = sceneAt(index, layoutOf(index), cursor);
  const glyph = scene.pods.find((candidate) => candidate.pod === pod);
  return `${glyph?.ready}/${glyph?.total} ${scene.cards[0]?.count}`;
}

describe('READY', () => {
  test('of a running container whose readiness probe fails is 0/1', () => {
    const { run, pod, probe } = unreadyPod(['app']);
    probe('app', false);
    expect(readyOf(indexOf(run.trace), pod)).toBe('0/1 0/1');
  });

  test('counts the container whose probe passes, and the one without a probe', () => {
    const { run, pod, probe } = unreadyPod(['app', 'istio-proxy', 'log']);
    probe('app', false);
    probe('istio-proxy', true);
    expect(readyOf(indexOf(run.trace), pod)).toBe('2/3 2/3');
  });

  test('of a container that is probed is 0/1 before its first probe is made', () => {
    const { run, pod, probe } = unreadyPod(['app']);
    const before = run.trace.length;
    probe('app', true);
    expect(readyOf(indexOf(run.trace), pod, before)).toBe('0/1 0/1');
  });

  test('follows the last probe that ended', () => {
    const { run, pod, probe } = unreadyPod(['app']);
    probe('app', false);
    probe('app', true);
    expect(readyOf(indexOf(run.trace), pod)).toBe('1/1 1/1');
    probe('app', false);
    expect(readyOf(indexOf(run.trace), pod)).toBe('0/1 0/1');
  });

  test('of a pod that is ready is all of it', () => {
    const run = new RunBuilder();
    const node = run.node('node-1', '');
    const pod = run.pod('web-1', { workload: 'web', node, containers: ['istio-init', 'istio-proxy', 'app'] });
    expect(readyOf(indexOf(run.trace), pod)).toBe('2/2 2/2');
  });
});

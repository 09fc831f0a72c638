// Sentences speak the words of Kubernetes and Istio: no name that only our machines know.

import { describe, expect, test } from 'vitest';
import { containerMachine } from '../../../src/kube/kubelet/container.machine.ts';
import { podMachine } from '../../../src/kube/kubelet/pod.machine.ts';
import { loadTexts, type Language } from '../../../src/text/index.ts';
import { deletedBy } from '../../../src/view/index.ts';
import { stateKeyOf } from '../../../src/view/log/lives.ts';
import { indexOf } from './indexed.ts';
import { RunBuilder } from './run-builder.ts';
import { tell } from '../../../src/ui/sentences.ts';

/** The sentence of one input record. */
async function toldInput(language: Language, subject: string, detail: string): Promise<string> {
  const run = new RunBuilder();
  const id = run.write('input', { action: 'apply', subject, detail });
  return tell(indexOf(run.trace), await loadTexts(language), id);
}

describe('an apply', () => {
  test('says what was created, changed and deleted', async () => {
    const detail = '1 created, 15 unchanged, 1 deleted';
    expect(await toldInput('en', 'AuthorizationPolicy shop/deny-web', detail)).toBe(
      'kubectl apply of AuthorizationPolicy shop/deny-web, 1 created, 15 unchanged, 1 deleted.',
    );
    expect(await toldInput('ja', 'AuthorizationPolicy shop/deny-web', detail)).toBe(
      'AuthorizationPolicy shop/deny-web を kubectl apply しました、作成 1 件、変更なし 15 件、削除 1 件。',
    );
    expect(await toldInput('en', 'web.yaml', '')).toBe('kubectl apply of web.yaml.');
  });

  test('names what it deleted, and not what that took along', () => {
    const run = new RunBuilder();
    const input = run.write('input', { action: 'apply', subject: 'web.yaml', detail: '2 unchanged, 1 deleted' });
    const object = { resource: 'Service', namespace: 'shop', name: 'mysql', origin: {}, status: '' };
    const deleted = run.write('object', { ...object, verb: 'deleted', actor: 'kubectl' }, { cause: input });
    const slice = { ...object, resource: 'EndpointSlice', name: 'mysql-9895r' };
    run.write('object', { ...slice, verb: 'deleted', actor: 'generic-garbage-collector' }, { cause: deleted });
    expect(deletedBy(indexOf(run.trace), input)).toEqual(['Service shop/mysql']);
  });
});

describe('a life', () => {
  test('of a pod and of a container has a sentence for every state', () => {
    for (const { id, config } of [podMachine, containerMachine]) {
      const states = statesOf(config);
      expect(states.length).toBeGreaterThan(9);
      expect(states.filter((state) => stateKeyOf(id, state) === 'state.other')).toEqual([]);
    }
  });

  test('of a machine that nobody described is told by its names', () => {
    expect(stateKeyOf('somebody.else', 'steady')).toBe('state.other');
    expect(stateKeyOf('kube.container', 'stopping.term.window')).toBe('state.container.term');
  });
});

interface StateConfig {
  readonly states?: Readonly<Record<string, StateConfig>>;
}

/** The states in which a machine can stand, nested ones joined by dots. */
function statesOf({ states = {} }: StateConfig): readonly string[] {
  return Object.entries(states).flatMap(([name, inner]) => {
    const nested = statesOf(inner);
    return nested.length === 0 ? [name] : nested.map((state) => `${name}.${state}`);
  });
}

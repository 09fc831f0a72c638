// What one can do with a pod, by its menu.

import { type AnyEntityId, manifestOfPod, nextRequestOf } from '../../view/index.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

/** A line of the menu, as elements/Menu.svelte takes it. */
interface PodAction {
  readonly label: string;
  readonly isGrave?: boolean;
  run(): void;
}

/** What happens outside of the workspace. */
export interface PodIntents {
  readonly send: (pod: AnyEntityId) => void;
  readonly goNear: (pod: AnyEntityId) => void;
}

export function podActions(workspace: Workspace, pod: AnyEntityId, { send, goNear }: PodIntents): readonly PodAction[] {
  const { ui, selection } = workspace;
  const { index } = workspace.run;
  const origin = manifestOfPod(index, pod, workspace.playhead.cursor);
  const next = nextRequestOf(index, pod, workspace.playhead.cursor);
  return [
    { label: ui.action.send, run: () => send(pod) },
    {
      label: ui.action.why,
      run: () => {
        selection.select({ kind: 'pod', pod });
        workspace.panes.front = 'inspector';
      },
    },
    ...(next === undefined ? [] : [{ label: ui.action.follow, run: () => workspace.goTo(next) }]),
    { label: ui.action.showLog, run: () => workspace.showInLog({ subject: { kind: 'pod', pod } }) },
    ...(origin === undefined ? [] : [{ label: ui.action.showManifest, run: () => workspace.showManifest(origin) }]),
    {
      label: ui.action.stopAt,
      run: () => {
        const { namespace, name } = index.cluster.pods.get(pod) ?? { namespace: '', name: '' };
        workspace.dialogs.show({
          kind: 'breakpoints',
          proposed: { on: 'notReady', of: `${namespace}/${name}`, words: '' },
        });
      },
    },
    { label: ui.action.goNear, run: () => goNear(pod) },
    { label: ui.action.disturb, run: () => workspace.dialogs.show({ kind: 'intervene', mark: `pod ${pod}` }) },
    { label: ui.action.kill, isGrave: true, run: () => workspace.deeds.killPod(pod) },
  ];
}

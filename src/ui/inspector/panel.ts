// What every panel of the inspector is given.

import type { AnyEntityId } from '../../view/index.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

export interface PanelProps {
  readonly workspace: Workspace;
  /** Asks for a request to be sent from a pod. */
  readonly onsend: (pod: AnyEntityId) => void;
}

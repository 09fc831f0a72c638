// The lives of the shared control plane, as they are drawn.
import { outlineOf } from '../kernel/index.ts';
import type { MachineOutline } from '../kernel/index.ts';
import { pushLoop } from './istiod/index.ts';
import { controlLink } from './xds/index.ts';

export const controlPlaneMachines: readonly MachineOutline[] = [pushLoop, controlLink].map(outlineOf);

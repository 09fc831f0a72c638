// The lives that kubelets keep, as they are drawn.
import { outlineOf } from '../../kernel/index.ts';
import type { MachineOutline } from '../../kernel/index.ts';
import { containerMachine } from './container.machine.ts';
import { podMachine } from './pod.machine.ts';

export const kubeMachines: readonly MachineOutline[] = [podMachine, containerMachine].map(outlineOf);

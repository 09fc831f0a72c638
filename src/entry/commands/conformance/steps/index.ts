// The kinds of step that are answered, one file and one line each. Any other is answered `unsupported` with its name.
import type { StepKind } from '../step-kind.ts';
import { applyStep } from './apply.ts';
import { deleteStep } from './delete.ts';
import { mtlsModeStep } from './mtls-mode.ts';
import { validateStep } from './validate.ts';

export const stepKinds: readonly StepKind[] = [applyStep, deleteStep, mtlsModeStep, validateStep];

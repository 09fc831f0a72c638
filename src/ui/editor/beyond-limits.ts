// Which problems are none of the manifests' own: they are beyond what one page reads or runs.

import type { Diagnostic, MessageKey } from '../../manifests/index.ts';
import type { Problem } from '../diagnostics.ts';

/** Source: manifests/limits.ts, scenario/limits.ts. An object beyond the API server's own limit is the manifest's mistake. */
const LIMITS: ReadonlySet<MessageKey> = new Set([
  'text-too-large',
  'texts-too-large',
  'too-many-documents',
  'too-many-values',
  'too-many-pods',
] as const);

export function beyondLimits(problems: readonly Problem[]): readonly Diagnostic[] {
  return problems.filter((problem): problem is Diagnostic => 'message' in problem && LIMITS.has(problem.message));
}

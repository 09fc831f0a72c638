// What a language has to say to be complete. A missing or a superfluous sentence is a type error.

import type { AnalysisTexts } from './analysis/en.ts';
import type { DiagnosticTexts } from './diagnostics/en.ts';
import type { RecordTexts } from './records/en.ts';
import type { UiTexts } from './ui/en.ts';

export interface Texts {
  /** The page's own words. */
  readonly ui: UiTexts;
  /** One sentence for each way a record can go. */
  readonly records: RecordTexts;
  /** Why a rule applied: by rule id. */
  readonly reasons: Readonly<Record<string, string>>;
  /** What is wrong with manifests; loaded when something first is. */
  readonly problems?: ProblemTexts;
}

export interface ProblemTexts {
  /** What the API server refuses, or warns of. */
  readonly diagnostics: DiagnosticTexts;
  /** What istioctl's analyzers say. */
  readonly analysis: AnalysisTexts;
}

// A decision as a value with its reasons. The hot path records only what was chosen; `explain` makes the decision again
// with the same pure code and a collector, and yields this.
import type { Origin } from './kinds.ts';

/** Why: a rule that applied. Its sentence lives in the text room under the rule's id. */
export interface Reason {
  /** Stable id of the rule, `ztunnel.outbound.hbone`; also the key of its sentence. */
  readonly rule: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** The manifest line behind it, if there is one. */
  readonly origin?: Origin;
  /** The upstream source the rule follows: `owner/repo:path` at a version. */
  readonly source?: string;
}

/** An alternative that was not taken, and why. */
export interface Rejected {
  readonly option: string;
  readonly reason: Reason;
}

export interface Explanation {
  readonly chosen: string;
  readonly because: readonly Reason[];
  readonly rejected: readonly Rejected[];
}

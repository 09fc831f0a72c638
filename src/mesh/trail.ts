// Collects why a decision came out as it did. The hot path passes none; `explain` passes one through the same code.
import type { Origin, Reason, Rejected } from '../trace/index.ts';

/** What a reason may carry besides its rule. */
export interface Why {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly origin?: Origin | undefined;
  readonly source?: string;
}

export class Trail {
  readonly because: Reason[] = [];
  readonly rejected: Rejected[] = [];

  /** A rule that led to the outcome. */
  took(rule: string, why: Why = {}): void {
    this.because.push(reason(rule, why));
  }

  /** An alternative that was not taken. */
  left(option: string, rule: string, why: Why = {}): void {
    this.rejected.push({ option, reason: reason(rule, why) });
  }
}

function reason(rule: string, why: Why): Reason {
  return {
    rule,
    params: why.params ?? {},
    ...(why.origin === undefined ? {} : { origin: why.origin }),
    ...(why.source === undefined ? {} : { source: why.source }),
  };
}

// The words around the fidelity ledger's rows, in English.

export const ledger = {
  lead: 'One row for each part, rule and delay of the simulation: what it follows, and how it is held to be true. Upstream’s own test cases judge it; {passed} of {total} pass ({date}).',
  show: 'Show',
  differences: 'Differences',
  all: 'Everything',
  states: {
    verified: 'Verified',
    modelled: 'Modelled',
    simplified: 'Simplified',
    'not-modelled': 'Not modelled',
  },
  statesHint: {
    verified: 'Upstream’s own cases pass through it.',
    modelled: 'It follows its source; this project’s own tests hold it.',
    simplified: 'It is there, but not in everything as upstream.',
    'not-modelled': 'It is left out.',
  },
  search: 'Search rows',
  source: 'Source:',
  kinds: { part: 'Parts', rule: 'Rules of decisions', delay: 'Delays' },
  cases: '{passed} of {total} upstream cases',
  noCases: 'no upstream case',
  nothing: 'No row matches.',
} as const;

/** The same keys in every language. */
export type LedgerTexts = {
  readonly [K in keyof typeof ledger]: (typeof ledger)[K] extends string
    ? string
    : Readonly<Record<keyof (typeof ledger)[K], string>>;
};

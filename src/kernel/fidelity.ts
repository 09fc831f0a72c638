// How true the simulation is, part by part: every room lists its own rows, and the page shows those of the run at hand.

/** One row of the fidelity ledger. What it says stands in the texts of each language, under its id. */
export interface Fidelity {
  /** Stable, `part.what`: links and texts name it. */
  readonly id: string;
  /** `simplified`: it is there, but not in everything as upstream; `not-modelled`: it is left out. */
  readonly state: 'modelled' | 'simplified' | 'not-modelled';
  /** `owner/repo:path` at a version, a standard, or `model` with the reason. */
  readonly source: string;
}

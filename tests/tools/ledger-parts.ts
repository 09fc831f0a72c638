// The engine's own lists as the fidelity ledger holds them: the rows of every room, and every delay with its window.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hostFidelity } from '../../src/host/index.ts';
import type { DelayFact } from '../../src/kernel/index.ts';
import { kubeFidelity } from '../../src/kube/index.ts';
import { controlPlaneFidelity, meshSystems } from '../../src/mesh/index.ts';
import { netFidelity } from '../../src/net/index.ts';
import type { Evidence } from '../../src/view/ledger/ledger.ts';

/** In the order of a packet's way up. */
export const ledgerParts: Evidence['parts'] = [
  ...hostFidelity,
  ...netFidelity,
  ...kubeFidelity,
  ...controlPlaneFidelity,
  ...meshSystems.flatMap(({ fidelity }) => fidelity),
].map(({ id, state, source }) => [id, state, source]);

const SRC = join(import.meta.dirname, '../../src');

/** Every delay of every `facts.ts`, by name. */
export async function ledgerFacts(): Promise<Evidence['facts']> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|[\\/])facts\.ts$/.test(path),
  );
  const facts: DelayFact[] = [];
  for (const file of files.toSorted()) {
    const exported = (await import(pathToFileURL(join(SRC, file)).href)) as Readonly<Record<string, unknown>>; // a module's exports
    facts.push(...Object.values(exported).filter(isDelay));
  }
  // A room hands on another's.
  return [...new Map(facts.map((fact) => [fact.name, fact])).values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, min, max, source, simplified = '' }) => [name, min, max, source, simplified]);
}

function isDelay(value: unknown): value is DelayFact {
  return typeof value === 'object' && value !== null && 'min' in value && 'max' in value && 'rank' in value;
}

// Code of the page's worker that comes apart from its first part: fetched when a message needs it, or ahead, once there is time. The first
// picture of a scene waits for none of it unless its words ask for some.
import { provideCrds } from '../../manifests/index.ts';
import { provideEnvoys } from '../../mesh/index.ts';
import type { LateCode } from '../../scenario/index.ts';

const here = new Set<LateCode>();
const coming = new Map<LateCode, Promise<void>>();

export function isHere(code: LateCode): boolean {
  return here.has(code);
}

/** Fulfilled once it is here; rejected without a network, and then tried anew when it is asked for again. */
export function fetchCode(code: LateCode): Promise<void> {
  let fetched = coming.get(code);
  if (fetched === undefined) {
    fetched = (code === 'crds' ? fetchCrds() : fetchEnvoys()).then(
      () => void here.add(code),
      (error: unknown) => {
        coming.delete(code);
        throw error;
      },
    );
    coming.set(code, fetched);
  }
  return fetched;
}

async function fetchCrds(): Promise<void> {
  const { crds } = await import('../../manifests/crds.ts');
  provideCrds(crds);
}

/** They bring the kinds of CRDs along. These are asked for at the same time, not once the browser finds them named. */
async function fetchEnvoys(): Promise<void> {
  const [{ envoyParts }] = await Promise.all([import('../../mesh/envoys.ts'), fetchCode('crds')]);
  provideEnvoys(envoyParts);
}

// Others who help a search, in workers of their own: as many as the machine has threads to spare, and only once a search has gone on
// for a while, because each has to read the script and to bring up the cluster first.
import type { Crew, FromHelper, Helper, HelperListener, RaceQuestion, ToHelper } from '../explore/index.ts';
import { alone, Helpers } from '../explore/index.ts';

/** More would each cost a cluster's memory and gain less and less. */
const HELPERS_MAX = 3;
/** Milliseconds: most searches that fail are over by then. */
const PATIENCE_MS = 250;

/** Who helps with this question; nobody where a worker cannot have workers. */
export function crewFor(question: RaceQuestion): Crew {
  const count = Math.min(HELPERS_MAX, navigator.hardwareConcurrency - 1);
  if (!(count > 0) || typeof Worker === 'undefined') return alone;
  const began = performance.now();
  return new Helpers({ question, count, connect, isWorthIt: () => performance.now() > began + PATIENCE_MS });
}

/** Who helps runs the same script. */
function connect(listener: HelperListener): Helper {
  const worker = new Worker(self.location.href, { type: 'module', name: 'search-helper' });
  worker.addEventListener('message', ({ data }: MessageEvent<FromHelper>) => listener.onMessage(data));
  worker.addEventListener('error', (event) => {
    event.preventDefault(); // the search goes on without it
    listener.onDeath();
  });
  return { post: (message: ToHelper) => worker.postMessage(message), close: () => worker.terminate() };
}

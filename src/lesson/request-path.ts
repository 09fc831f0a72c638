// Which connections a request travelled on: its messages name it on every hop.
import type { Trace } from '../trace/index.ts';

/** Connections by request, those of the way there: the answer takes the same. Bare TCP packets name no request. */
export function connectionsOfRequests(trace: Trace): ReadonlyMap<number, ReadonlySet<number>> {
  const paths = new Map<number, Set<number>>();
  for (const { request, connection, toServer } of trace.select(['packet'])) {
    if (request < 0 || !toServer) continue;
    const path = paths.get(request);
    if (path === undefined) paths.set(request, new Set([connection]));
    else path.add(connection);
  }
  return paths;
}

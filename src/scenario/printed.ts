// One object of a run at an instant, as kubectl prints it. A door of its own beside index.ts: it loads when somebody looks.
import { manifestOf } from '../kube/index.ts';
import type { ResourceRef } from '../manifests/index.ts';
import { isSameRef, refOf, toYaml } from '../manifests/index.ts';
import { timestampOf } from '../trace/index.ts';
import type { Run } from './run.ts';

/** An object at `at` (not later than now) as `kubectl get -o yaml` prints it; undefined when it is not there. */
export function printedObject(run: Run, at: number, ref: ResourceRef): string | undefined {
  const object = run.storedAt(at).find(({ resource }) => isSameRef(refOf(resource), ref));
  return object && toYaml(manifestOf(object, (time) => timestampOf(run.trace.traceTime(time))));
}

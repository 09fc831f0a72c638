// `apply`: more manifests on the same cluster.
import * as v from 'valibot';
import { filesOf } from '../cluster.ts';
import { change } from '../step-kind.ts';

export const applyStep = change('apply', v.object({ manifests: v.array(v.string()) }), ({ manifests }, cluster) =>
  cluster.after({ kind: 'apply', files: filesOf(manifests, cluster.changes.length) }),
);

// `delete`: one object less.
import * as v from 'valibot';
import { readName } from '../protocol.ts';
import { change } from '../step-kind.ts';

const schema = v.object({ object: v.object({ kind: v.string(), name: v.string() }) });

export const deleteStep = change('delete', schema, ({ object }, cluster) =>
  cluster.after({ kind: 'delete', ref: { kind: object.kind, ...readName(object.name) } }),
);

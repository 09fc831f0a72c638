// lesson.yaml: one YAML document of kind Lesson, checked by a schema, every mistake at its line. lessons/README.md explains it to authors.
import * as v from 'valibot';
import type { FieldPath, Range } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import { checks } from './checks/checks.ts';
import { measures } from './measures/measures.ts';
import type { FormValue, LessonFile, LessonProblem, ObjectName } from './model/index.ts';
import { stepIds } from './model/index.ts';
import { count, duration, name } from './schema.ts';

const id = v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by "-"'));
const hint = v.picklist([1, 2, 3]);
const path = v.array(v.union([v.string(), v.pipe(v.number(), v.integer())]));

/** `Kind/namespace/name`; the namespace is empty for kinds without one, `*` stands for any. */
const object = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z]+\/([a-z0-9.-]*|\*)\/([a-z0-9.-]+|\*)$/, 'Kind/namespace/name'),
  v.transform((text): ObjectName => {
    const [kind = '', namespace = '', objectName = ''] = text.split('/');
    return { kind, namespace, name: objectName };
  }),
);

const property = v.strictObject({
  id,
  check: v.picklist(checks.map((check) => check.id)),
  parameters: v.optional(v.unknown(), {}),
  severity: v.optional(v.picklist(['required', 'advised']), 'required'),
  hint: v.optional(hint, 1),
});

const measurement = v.strictObject({
  id,
  measure: v.picklist(measures.map((measure) => measure.id)),
  parameters: v.optional(v.unknown(), {}),
});

const control = v.variant('kind', [
  v.strictObject({
    kind: v.literal('select'),
    // What YAML is read as is JSON.
    options: v.pipe(v.array(v.custom<FormValue>((value) => value !== undefined)), v.minLength(2)),
  }),
  v.strictObject({
    kind: v.literal('slider'),
    min: v.number(),
    max: v.number(),
    step: v.pipe(v.number(), v.gtValue(0)),
  }),
]);

const broken = {
  breaks: id,
  alsoBreaks: v.optional(v.array(id), []),
  in: v.optional(v.picklist(['every', 'some']), 'every'),
};

const specSchema = v.strictObject({
  order: v.pipe(v.number(), v.integer()),
  prerequisites: v.optional(v.array(id), []),
  properties: v.pipe(v.array(property), v.minLength(1)),
  measurements: v.optional(v.array(measurement), []),
  bound: v.strictObject({ seeds: count, until: duration }),
  opens: v.pipe(duration, v.minValue(1, 'after t=0')),
  allowedEdits: v.array(v.strictObject({ object, path: v.optional(path, []) })),
  forms: v.array(v.strictObject({ id, object, path, control })),
  start: v.strictObject(broken),
  nearMisses: v.array(v.strictObject({ folder: name, ...broken, hint })),
  markers: v.array(v.strictObject({ name, step: v.picklist(stepIds) })),
  facts: v.array(name),
});

export type LessonSpec = v.InferOutput<typeof specSchema>;

export interface ParsedLessonFile {
  /** Undefined if something in it is wrong. */
  readonly spec: LessonSpec | undefined;
  readonly problems: readonly LessonProblem[];
}

/** Reads lesson.yaml of the folder `folder`. */
export function parseLessonFile(folder: string, file: LessonFile): ParsedLessonFile {
  const { resources, diagnostics } = parseManifests([file]);
  const syntax = diagnostics
    .filter((diagnostic) => diagnostic.code !== 'unknown-kind')
    .map((diagnostic) => problemAt(file.path, diagnostic.range, diagnostic.code));
  const resource = resources.find(({ kind, apiVersion }) => kind === 'Lesson' && apiVersion === 'meshscope.dev/v1');
  if (resource === undefined) {
    const detail = 'apiVersion: meshscope.dev/v1, kind: Lesson';
    return {
      spec: undefined,
      problems: syntax.length > 0 ? syntax : [{ path: file.path, line: 1, column: 1, detail }],
    };
  }
  const at = (field: FieldPath, detail: string): LessonProblem =>
    problemAt(file.path, resource.source.locate(field), `${field.join('.')}: ${detail}`);
  const problems = [...syntax];
  if (resource.metadata.name !== folder) problems.push(at(['metadata', 'name'], `is the folder’s name, ${folder}`));
  const parsed = v.safeParse(specSchema, resource.object['spec']);
  if (!parsed.success) {
    problems.push(...parsed.issues.map((issue) => at(['spec', ...keysOf(issue)], issue.message)));
    return { spec: undefined, problems };
  }
  const spec = parsed.output;
  problems.push(...parameterProblems(spec, at), ...referenceProblems(spec, at));
  return { spec: problems.length > 0 ? undefined : spec, problems };
}

function keysOf(issue: v.BaseIssue<unknown>): FieldPath {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

type At = (field: FieldPath, detail: string) => LessonProblem;

/** Each check and each measure has a schema of its own for what it is given. */
function parameterProblems(spec: LessonSpec, at: At): readonly LessonProblem[] {
  const judge = (schema: v.GenericSchema | undefined, given: unknown, field: FieldPath): readonly LessonProblem[] => {
    if (schema === undefined) return [];
    const parsed = v.safeParse(schema, given);
    return parsed.success ? [] : parsed.issues.map((issue) => at([...field, ...keysOf(issue)], issue.message));
  };
  return [
    ...spec.properties.flatMap((property, index) => {
      const schema = checks.find((check) => check.id === property.check)?.parameters;
      return judge(schema, property.parameters, ['spec', 'properties', index, 'parameters']);
    }),
    ...spec.measurements.flatMap((measurement, index) => {
      const schema = measures.find((measure) => measure.id === measurement.measure)?.parameters;
      return judge(schema, measurement.parameters, ['spec', 'measurements', index, 'parameters']);
    }),
  ];
}

function referenceProblems(spec: LessonSpec, at: At): readonly LessonProblem[] {
  const known = new Set(spec.properties.map((property) => property.id));
  const problems: LessonProblem[] = [];
  if (spec.opens > spec.bound.until) problems.push(at(['spec', 'opens'], 'not after the end of the bound'));
  const unique = (field: string, ids: readonly string[]): void => {
    ids.forEach((value, index) => {
      if (ids.indexOf(value) !== index) problems.push(at(['spec', field, index], `${value} stands here a second time`));
    });
  };
  unique(
    'properties',
    spec.properties.map((property) => property.id),
  );
  unique(
    'measurements',
    spec.measurements.map((measurement) => measurement.id),
  );
  unique(
    'forms',
    spec.forms.map((form) => form.id),
  );
  unique(
    'nearMisses',
    spec.nearMisses.map((nearMiss) => nearMiss.folder),
  );
  unique(
    'markers',
    spec.markers.map((marker) => marker.name),
  );
  const stated = [
    { field: ['spec', 'start'], ...spec.start },
    ...spec.nearMisses.map((nearMiss, index) => ({ field: ['spec', 'nearMisses', index], ...nearMiss })),
  ];
  for (const { field, breaks, alsoBreaks } of stated) {
    for (const property of [breaks, ...alsoBreaks]) {
      if (!known.has(property)) problems.push(at(field, `there is no property ${property}`));
    }
  }
  return problems;
}

function problemAt(file: string, range: Range, detail: string): LessonProblem {
  return { path: file, line: range.start.line, column: range.start.column, detail };
}

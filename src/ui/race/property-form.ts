// Properties as forms: which fields each of them has, what can be chosen there, and how the choice is written.

export type PropertyField = 'from' | 'to' | 'pod' | 'job' | 'within' | 'flag';

interface PropertyForm {
  /** In the order in which they are written. */
  readonly fields: readonly { readonly name: PropertyField; readonly isOptional: boolean }[];
  /** Whether it is about what is asked, and so can be limited to a span between two markers. */
  readonly hasSpan: boolean;
}

const needed = (name: PropertyField) => ({ name, isOptional: false });
const optional = (name: PropertyField) => ({ name, isOptional: true });

/** Those that are asked about most come first. */
const propertyForms = {
  'no-failed-request': { fields: [optional('from')], hasSpan: true },
  'answered-within': { fields: [needed('within'), optional('from')], hasSpan: true },
  'job-completes': { fields: [needed('job'), optional('within')], hasSpan: false },
  'pods-ready': { fields: [needed('pod')], hasSpan: false },
  'pods-unrestarted': { fields: [optional('pod')], hasSpan: false },
  'no-killed-pod': { fields: [optional('pod')], hasSpan: false },
  'stream-never-cut': { fields: [optional('from')], hasSpan: true },
  'no-plaintext': { fields: [needed('from'), needed('to')], hasSpan: true },
  'never-allowed': { fields: [needed('from'), needed('to')], hasSpan: true },
  'no-flag': { fields: [needed('flag')], hasSpan: true },
} as const satisfies Readonly<Record<string, PropertyForm>>;

export type PropertyKind = keyof typeof propertyForms;
export const propertyKinds = Object.keys(propertyForms) as readonly PropertyKind[]; // of an object with these keys and no others

export function formOf(kind: PropertyKind): PropertyForm {
  return propertyForms[kind];
}

/** A property somebody is choosing. */
export interface PropertyDraft {
  readonly kind: PropertyKind;
  /** Empty or missing: not limited by it. `first` and `end` are names of markers. */
  readonly values: Readonly<Partial<Record<PropertyField | 'first' | 'end', string>>>;
}

/** As the search reads it: `answered-within:200ms,shop/web@begin..end`. */
export function propertyText({ kind, values }: PropertyDraft): string {
  const { fields, hasSpan } = formOf(kind);
  const written = fields.map(({ name }) => values[name]?.trim() ?? '').filter((value) => value !== '');
  const { first = '', end = '' } = values;
  const span = hasSpan && (first !== '' || end !== '') ? `@${first}..${end}` : '';
  return `${kind}${written.length > 0 ? `:${written.join(',')}` : ''}${span}`;
}

/** The fields that have to be filled in and are not, or not as they are written. */
export function missingIn({ kind, values }: PropertyDraft): readonly PropertyField[] {
  return formOf(kind)
    .fields.filter(({ name, isOptional }) => {
      const value = values[name]?.trim() ?? '';
      return value === '' ? !isOptional : name in written && !written[name as keyof typeof written].test(value); // `in` has looked
    })
    .map(({ name }) => name);
}

/** What is typed, not chosen: a time, and one of Envoy's response flags. */
const written = { within: /^\d+(\.\d+)?(us|ms|s|m|h)$/, flag: /^[A-Z]+$/ } as const;

/** What can be chosen in a field: `namespace/workload`, and `namespace/*` for all there. */
export interface PropertyChoices {
  readonly workloads: readonly string[];
  readonly jobs: readonly string[];
  readonly markers: readonly string[];
}

interface KnownPod {
  readonly namespace: string;
  readonly workload: string;
}

const meshNamespaces: readonly string[] = ['istio-system', 'kube-system'];

/** Markers with the sign between two of them in their name cannot be written. */
export function choicesOf(pods: Iterable<KnownPod>, markers: readonly { readonly name: string }[]): PropertyChoices {
  const workloads = new Set<string>();
  const jobs = new Set<string>();
  for (const { namespace, workload } of pods) {
    if (meshNamespaces.includes(namespace)) continue;
    const name = `${namespace}/${workload.slice(workload.lastIndexOf('/') + 1)}`;
    workloads.add(name);
    workloads.add(`${namespace}/*`);
    if (workload.startsWith('Job/')) jobs.add(name);
  }
  return {
    workloads: [...workloads].toSorted(),
    jobs: [...jobs].toSorted(),
    markers: markers.map(({ name }) => name).filter((name) => !/@|\.\./.test(name)),
  };
}

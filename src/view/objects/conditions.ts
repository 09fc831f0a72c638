// The conditions in an object's status, one line each, whatever they are said of: the object, one of its listeners, a parent it
// attaches to, an ancestor it acts on.

/** A condition as controllers write it (metav1.Condition); what is not there is ''. */
export interface ObjectCondition {
  /** What it is said of besides the object: `listener http`, `parent Gateway shop/gateway http`; '': the object itself. */
  readonly of: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** '' where the controller does not say. */
  readonly observedGeneration: string;
  /** It says that something is not as somebody wants it. */
  readonly isTrouble: boolean;
}

/** Types that tell of trouble when they are True; of all others False does. */
const badWhenTrue: ReadonlySet<string> = new Set([
  'Conflicted',
  'OverlappingTLSConfig',
  'PartiallyInvalid',
  'Failed',
  'FailureTarget',
  'ReplicaFailure',
  'DiskPressure',
  'MemoryPressure',
  'PIDPressure',
  'NetworkUnavailable',
  'DisruptionTarget',
]);
/** Types whose False says only that something is over. */
const neutral: ReadonlySet<string> = new Set(['Progressing', 'Suspended', 'Complete', 'SuccessCriteriaMet']);

/** Every condition of a status, in its own order: the object's, then those of its listeners, parents and ancestors. */
export function conditionsOf(status: unknown): readonly ObjectCondition[] {
  if (!isRecord(status)) return [];
  return [
    ...listOf(status['conditions'], ''),
    ...recordsIn(status['listeners']).flatMap((listener) =>
      listOf(listener['conditions'], `listener ${textOf(listener['name'])}`),
    ),
    ...recordsIn(status['parents']).flatMap((parent) =>
      listOf(parent['conditions'], `parent ${referenceText(parent['parentRef'])}`),
    ),
    ...recordsIn(status['ancestors']).flatMap((ancestor) =>
      listOf(ancestor['conditions'], `ancestor ${referenceText(ancestor['ancestorRef'])}`),
    ),
  ];
}

function listOf(conditions: unknown, of: string): readonly ObjectCondition[] {
  return recordsIn(conditions).map((condition) => {
    const [type, status] = [textOf(condition['type']), textOf(condition['status'])];
    return {
      of,
      type,
      status,
      reason: textOf(condition['reason']),
      message: textOf(condition['message']),
      observedGeneration: textOf(condition['observedGeneration']),
      isTrouble: !neutral.has(type) && status === (badWhenTrue.has(type) ? 'True' : 'False'),
    };
  });
}

function referenceText(reference: unknown): string {
  if (!isRecord(reference)) return '';
  const { kind, namespace, name, sectionName, port } = reference;
  const object = namespace === undefined ? textOf(name) : `${textOf(namespace)}/${textOf(name)}`;
  return [textOf(kind), object, textOf(sectionName), textOf(port)].filter((word) => word !== '').join(' ');
}

function recordsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

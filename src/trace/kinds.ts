// The union of all records: the one list of what can be observed. Everything shown, logged, checked or exported is read
// from these. Each field's type says how it is stored (eight 32-bit operands a record) and how it is read back.
import type { AnyEntityId, Micros, RecordId } from '../kernel/index.ts';
import type { WireMessage } from './message.ts';

/** How a field is stored and read. The phantom parameter is the type a reader gets. */
export interface Field<T> {
  readonly store: 'entity' | 'count' | 'micros' | 'text' | 'data' | 'record' | 'flag';
  readonly read?: (value: T) => void;
}

const entity: Field<AnyEntityId> = { store: 'entity' };
const count: Field<number> = { store: 'count' };
const micros: Field<Micros> = { store: 'micros' };
const text: Field<string> = { store: 'text' };
const flag: Field<boolean> = { store: 'flag' };
const recordRef: Field<RecordId> = { store: 'record' };
/** A structured value that JSON can carry, stored once per distinct content. */
function data<T>(): Field<T> {
  return { store: 'data' };
}

/** Where a consequence comes from in somebody's manifests; `undefined` when no manifest line stands behind it. */
export interface Origin {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** File, revision of that file, and 1-based line and column range. */
  readonly path: string;
  readonly revision: number;
  readonly range: readonly [startLine: number, startColumn: number, endLine: number, endColumn: number];
}
export type MaybeOrigin = Origin | Record<string, never>;

/** The input of a decision, enough to make it again. */
export type DecisionInput = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly (readonly [string, string])[]>
>;

export const recordKinds = {
  // --- the cluster's shape
  /** A node exists. */
  node: { node: entity, name: text, zone: text, kubelet: text },
  /** A pod's state as the kubelet and the API server know it; one record a change. */
  pod: {
    pod: entity,
    namespace: text,
    name: text,
    workload: text,
    node: entity,
    phase: text,
    ready: flag,
    address: text,
  },
  /** A container's state; `role` is init, sidecar or app; `state` is waiting, running or terminated. */
  container: {
    pod: entity,
    name: text,
    role: text,
    state: text,
    reason: text,
    exitCode: count,
    restarts: count,
    process: entity,
  },
  /** A network namespace came to be (pod is -1 for a node's own). */
  netns: { netns: entity, pod: entity, node: entity, address: text },
  /** A process's life: `event` is started, signalled, exited. */
  process: { process: entity, netns: entity, program: text, event: text, detail: text },
  /** A socket listens or stops listening. */
  listener: { process: entity, netns: entity, port: count, open: flag },
  /** Redirect rules of a network namespace were replaced; `set` names them, `rules` counts them. */
  rules: { netns: entity, set: text, rules: count },
  /** A machine changed state. */
  state: { entity, machine: text, from: text, to: text, event: text },

  // --- the API server
  /** An object was created, updated, deleted or rejected; `status` is the reason of a rejection. */
  object: {
    verb: text,
    resource: text,
    namespace: text,
    name: text,
    actor: text,
    origin: data<MaybeOrigin>(),
    status: text,
  },
  /** A controller's event, as `kubectl describe` shows it. */
  event: { resource: text, namespace: text, name: text, reason: text, message: text, warning: flag },
  /** A consumer learned new endpoints of a Service; `consumer` is kube-proxy@node, istiod, ... */
  endpoints: { consumer: text, service: text, ready: count, total: count },

  // --- the wire
  /** A connection is dialled. The connection is named by its client socket. `link` is loopback, node or network. */
  connection: {
    connection: entity,
    process: entity,
    client: entity,
    server: entity,
    source: text,
    destination: text,
    dialled: text,
    link: text,
  },
  /** The server's kernel accepted a connection for a listening process. */
  accepted: { connection: entity, process: entity, netns: entity, port: count },
  /** A redirect rule took a connection. */
  captured: { connection: entity, netns: entity, rule: text, port: count },
  /** One message under way; the record spans its time on the wire. */
  packet: {
    connection: entity,
    toServer: flag,
    message: data<WireMessage>(),
    request: recordRef,
    stream: count,
    encrypted: flag,
  },
  /** A packet that will never arrive, and why. */
  dropped: { connection: entity, packet: recordRef, reason: text },
  /** A TLS handshake is complete at the client. Identities are SPIFFE IDs or empty. */
  secured: { connection: entity, alpn: text, sni: text, client: text, server: text },
  /** A connection could not be made: ECONNREFUSED, ETIMEDOUT, a TLS reason. */
  failed: { connection: entity, reason: text, detail: text },
  /** A connection ended: `how` is FIN or RST; `byServer` says who ended it. */
  closed: { connection: entity, how: text, byServer: flag, reason: text },
  /** A name was looked up. */
  dns: { process: entity, name: text, answer: text },

  // --- requests
  /** A program asks something of another; the record's number is the request's id on every hop. */
  request: { process: entity, netns: entity, protocol: text, method: text, url: text, source: text, tag: text },
  /** How it ended: `result` is a status, a status with its response flag, or `reset`, `refused`, `timeout`. */
  response: { request: recordRef, result: text, status: count, ok: flag, latency: micros, detail: text },
  /** A program received a request and answers it. */
  served: { request: recordRef, process: entity, status: count, protocol: text, peer: text },

  // --- decisions
  /** A decision: where, by whom, what was chosen from which configuration, given what. `explain` makes it again with reasons. */
  decision: {
    point: text,
    subject: entity,
    connection: entity,
    request: recordRef,
    chosen: text,
    input: data<DecisionInput>(),
    configuration: count,
    origin: data<MaybeOrigin>(),
  },
  /** A proxy's access log line for a request or connection. */
  log: { process: entity, connection: entity, request: recordRef, line: text },

  // --- control plane
  /** istiod starts a push of a configuration revision. */
  push: { revision: count, reason: text, proxies: count },
  /** A proxy received a configuration revision. */
  configured: { process: entity, revision: count, what: text },
  /** A certificate's life: `event` is requested, issued, refused, expired. */
  certificate: { process: entity, identity: text, event: text, detail: text },

  // --- the run
  /** Something from outside: an edit, a fault, a click. */
  input: { action: text, subject: text, detail: text },
  marker: { name: text },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Field<never> | Field<unknown> | object>>>>;

export type RecordKind = keyof typeof recordKinds;
type FieldsOf<K extends RecordKind> = (typeof recordKinds)[K];
type Read<F> = F extends Field<infer T> ? T : F extends () => Field<infer T> ? T : never;

/** The fields of one kind of record. */
export type Fields<K extends RecordKind> = { readonly [F in keyof FieldsOf<K>]: Read<FieldsOf<K>[F]> };

/** One record, read back. `at` and `duration` in microseconds; `cause` is the record it follows from, or -1. */
export type TraceRecord<K extends RecordKind = RecordKind> = {
  [Kind in K]: {
    readonly id: RecordId;
    readonly kind: Kind;
    readonly at: number;
    readonly duration: Micros;
    readonly cause: RecordId;
  } & Fields<Kind>;
}[K];

export const kindNames = Object.keys(recordKinds) as readonly RecordKind[]; // the keys of a literal, in its order
export const kindNumbers: ReadonlyMap<RecordKind, number> = new Map(kindNames.map((name, index) => [name, index]));

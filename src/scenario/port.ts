// The conversation between the page and the worker: plain messages, typed arrays transferred. No engine code crosses.
// Every message to the page carries the run it belongs to, so late answers of a run that is gone are dropped. All runs but the first
// are forks: of the same source, parted by what was done to them by hand.
import type { DelayFact, Deviation, Fidelity, MachineOutline } from '../kernel/index.ts';
import type { Diagnostic, JsonObject, ManifestFile, ResourceRef } from '../manifests/index.ts';
import type { AnalysisKey } from '../mesh/analysis/index.ts';
import type { Explanation, MaybeOrigin, TraceSlice } from '../trace/index.ts';
import type { Intervention } from './intervention.ts';
import type { RunStop } from './limits.ts';
import type { Summary } from './summary.ts';

export type { Intervention } from './intervention.ts';
export type { RunStop } from './limits.ts';

export type MeshMode = 'none' | 'sidecar' | 'ambient';

/** A scenario as the page holds it: the scenario file's text and the manifests it starts from. */
export interface ScenarioSource {
  /** Text of a scenario file (YAML); empty for the defaults: three nodes, programs inferred from the manifests. */
  readonly scenario: string;
  /** How messages name the scenario file. Default `scenario.yaml`. */
  readonly scenarioPath?: string;
  readonly manifests: readonly ManifestFile[];
  /** Files that the scenario's interventions apply later, by their path. */
  readonly extras?: readonly ManifestFile[];
  /** Overrides the namespaces' own labels: enrols every namespace of the manifests; undefined leaves the labels to decide. */
  readonly mesh?: MeshMode;
  /** With `mesh: ambient`: a waypoint for each namespace that has none. Default false. */
  readonly hasWaypoints?: boolean;
  readonly seed?: number;
  /** One of the schedules that a proof runs, from 1: it draws everything anew and shakes ties. Default: the scenario's own. */
  readonly schedule?: number;
  /** Waits that come out otherwise than drawn once the cluster is up: what a search found. Default none. */
  readonly luck?: readonly Deviation[];
}

/** What a person may do to a running world; each becomes an input of the log. */
export type Action =
  | { readonly kind: 'apply'; readonly manifests: readonly ManifestFile[] }
  | { readonly kind: 'kill-pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'intervene'; readonly intervention: Intervention }
  | {
      readonly kind: 'send-request';
      readonly from: { readonly namespace: string; readonly pod: string };
      readonly url: string;
      readonly count: number;
      readonly method?: string;
      readonly headers?: readonly (readonly [string, string])[];
    };

/** Something that was done by hand. A run follows from its source and its deeds, which are in order of time. */
export interface Deed {
  /** Microseconds of the run. */
  readonly at: number;
  readonly action: Action;
}

export type ToWorker =
  /** Starts run `run` from t=0, as the source of every fork to come. */
  | { readonly type: 'load'; readonly run: number; readonly source: ScenarioSource }
  /** Simulate until `until` (microseconds) if not there yet; slices follow, then `progress`. */
  | { readonly type: 'advance'; readonly run: number; readonly until: number }
  /** Goes back to `at`, forgets the future, does `action` there and simulates until `until` again. */
  | { readonly type: 'act'; readonly run: number; readonly at: number; readonly action: Action; readonly until: number }
  /** Another run of the same source, in which exactly this was done by hand; simulated until `until`. Answered as `load` is. */
  | { readonly type: 'fork'; readonly run: number; readonly deeds: readonly Deed[]; readonly until: number }
  /** The page has no more to do with a run; one with the same deeds may be asked for again. */
  | { readonly type: 'leave'; readonly run: number }
  | { readonly type: 'explain'; readonly run: number; readonly record: number }
  /** What `kubectl get` would list at `at`; not later than what is simulated. */
  | { readonly type: 'list-objects'; readonly run: number; readonly at: number }
  /** One object at `at` as `kubectl get -o yaml`. */
  | { readonly type: 'get-object'; readonly run: number; readonly at: number; readonly ref: ResourceRef }
  /** What a proxy holds at `at`. */
  | { readonly type: 'dump-proxy'; readonly run: number; readonly at: number; readonly question: DumpQuestion }
  /** The run so far in numbers, with the hash of its trace. */
  | { readonly type: 'summarise'; readonly run: number }
  | {
      readonly type: 'validate';
      readonly request: number;
      readonly manifests: readonly ManifestFile[];
      readonly scenario: string;
      /** As for a run. */
      readonly mesh?: MeshMode;
    };

/** What istioctl's analyzers say of a place in the text. */
export interface AnalysisFinding extends Pick<Diagnostic, 'code' | 'severity' | 'path' | 'range' | 'params'> {
  /** Names the sentence. */
  readonly analysis: AnalysisKey;
  readonly resource: ResourceRef;
  readonly fix?: never;
}

/** What the page shows about a run besides its records. */
export interface RunInfo {
  readonly seed: number;
  /** Microseconds: where the scenario ends. */
  readonly duration: number;
  readonly versions: { readonly istio: string; readonly kubernetes: string; readonly gatewayApi: string };
  /** What is installed. */
  readonly mesh: MeshMode;
  readonly files: readonly ManifestFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** Kinds accepted but not simulated: `Kind namespace/name`. */
  readonly notSimulated: readonly string[];
  /** What of the parts this run uses is modelled, simplified or left out. */
  readonly fidelity: readonly Fidelity[];
  /** The delays that the records of a request are drawn from. */
  readonly facts: readonly DelayFact[];
  /** Pinned columns by workload, from the scenario: namespace/name -> column, row. */
  readonly pins: Readonly<Record<string, readonly [number, number]>>;
  /** The state machines of everything that has a life, by id. */
  readonly machines: readonly MachineOutline[];
  /** One marker a line of the scenario, for the timeline. */
  readonly markers: readonly { readonly at: number; readonly name: string }[];
}

/** One line of `kubectl get`. */
export interface ObjectRow {
  readonly ref: ResourceRef;
  readonly apiVersion: string;
  /** Microseconds of the run. */
  readonly createdAt: number;
  /** Name and value of each column between name and age. */
  readonly columns: readonly (readonly [string, string])[];
  /** What a controller wrote of an object that somebody else wrote: of the Gateway API and of Istio. */
  readonly status?: JsonObject;
}

/** Which proxy, and what of it. */
export interface DumpQuestion {
  /** `namespace/name` of a pod with a proxy of its own, or enrolled at a ztunnel; '': the first proxy there is. */
  readonly pod: string;
  /** What the proxy does not have is answered by its first table. */
  readonly table: string;
  /** The line to tell in full: its cells, joined by tabs. */
  readonly row?: string;
}

/** The proxies of an instant, and a table of one of them. */
export interface ProxyDump {
  readonly proxies: readonly {
    /** An entity's number. */
    readonly process: number;
    readonly kind: 'sidecar' | 'gateway' | 'waypoint' | 'ztunnel';
    /** `namespace/name`. */
    readonly pod: string;
    readonly node: string;
    /** Of the configuration it holds; 0: none yet. */
    readonly revision: number;
    readonly tables: readonly string[];
  }[];
  /** Not there: the pod that was asked for has no proxy. */
  readonly shown?: DumpedTable;
}

export interface DumpedTable {
  readonly pod: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly origin: MaybeOrigin }[];
  /** The line that was asked for, as YAML. */
  readonly detail: string | undefined;
}

/** What became of manifests that were applied to a run. */
export interface Applied {
  /** What the API server said. */
  readonly diagnostics: readonly Diagnostic[];
  /** The first record that can be of it. */
  readonly first: number;
}

export type ToPage =
  | { readonly type: 'loaded'; readonly run: number; readonly info: RunInfo }
  /** New records; `slice.first` may lie before what the page has: then the later part is replaced. */
  | { readonly type: 'slice'; readonly run: number; readonly slice: TraceSlice }
  | {
      readonly type: 'progress';
      readonly run: number;
      readonly simulated: number;
      readonly settled: boolean;
      /** Comes once for each Apply, before the records of what it did. */
      readonly applied?: Applied;
      /** The run goes no further, because it grew beyond a limit. */
      readonly stop?: RunStop;
    }
  | {
      readonly type: 'explanation';
      readonly run: number;
      readonly record: number;
      readonly explanation: Explanation | undefined;
    }
  | { readonly type: 'objects'; readonly run: number; readonly at: number; readonly objects: readonly ObjectRow[] }
  | {
      readonly type: 'object';
      readonly run: number;
      readonly at: number;
      readonly ref: ResourceRef;
      /** Undefined when there is no such object at that instant. */
      readonly yaml: string | undefined;
    }
  /** Undefined: what makes dumps could not be loaded. */
  | {
      readonly type: 'dump';
      readonly run: number;
      readonly question: DumpQuestion;
      readonly dump: ProxyDump | undefined;
    }
  | { readonly type: 'summary'; readonly run: number; readonly summary: Summary }
  /** How many documents of the manifests to load, or to validate, have been read, where that takes a while. */
  | { readonly type: 'reading'; readonly done: number; readonly of: number }
  | {
      readonly type: 'validated';
      readonly request: number;
      readonly diagnostics: readonly Diagnostic[];
      /** None while the analyzers cannot be loaded. */
      readonly findings: readonly AnalysisFinding[];
    }
  /** The engine stopped on a bug: shown with seed and build; the trace up to here stays. */
  | { readonly type: 'failed'; readonly run: number; readonly message: string };

import type { PolicyTargets } from '../policy-targets.ts';

export interface TelemetryProvider {
  readonly name: string;
}

export interface TracingTag {
  readonly literal?: { readonly value: string };
  readonly header?: { readonly name: string };
  readonly environment?: { readonly name: string };
}

export interface TagOverride {
  /** Absent means UPSERT. */
  readonly operation?: 'UPSERT' | 'REMOVE';
  readonly value?: string;
}

/** The fields that are checked. Source: istio/api:telemetry/v1alpha1/telemetry.proto at Istio 1.31. */
export interface TelemetrySpec extends PolicyTargets {
  readonly tracing?: readonly {
    readonly providers?: readonly TelemetryProvider[];
    readonly randomSamplingPercentage?: number;
    readonly customTags?: Readonly<Record<string, TracingTag>>;
  }[];
  readonly metrics?: readonly {
    readonly providers?: readonly TelemetryProvider[];
    readonly overrides?: readonly {
      readonly match?: { readonly customMetric?: string };
      readonly tagOverrides?: Readonly<Record<string, TagOverride>>;
    }[];
  }[];
  readonly accessLogging?: readonly {
    readonly providers?: readonly TelemetryProvider[];
    readonly filter?: { readonly expression?: string };
  }[];
}

// Source: istio/istio:pkg/config/validation/validation.go ValidateTelemetry at 86c9f01fd735.

import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { checkIstioMetadata } from '../istio-checks.ts';
import { checkTargets } from '../policy-targets.ts';
import type { TagOverride, TelemetryProvider, TelemetrySpec, TracingTag } from './type.ts';

export function validateTelemetry(spec: TelemetrySpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  checkTargets(spec, report);
  checkTracing(spec, report);
  checkMetrics(spec, report);
  for (const [index, { providers }] of (spec.accessLogging ?? []).entries()) {
    checkProviders(providers, report, ['spec', 'accessLogging', index, 'providers']);
  }
}

function checkTracing({ tracing = [] }: TelemetrySpec, report: Report): void {
  if (tracing.length > 1) report.add('istio-one-item', ['spec', 'tracing'], {}, { aim: 'key' });
  for (const [index, { providers = [], randomSamplingPercentage: share = 0, customTags = {} }] of tracing.entries()) {
    const path = ['spec', 'tracing', index];
    if (providers.length > 1) report.add('istio-one-item', [...path, 'providers'], {}, { aim: 'key' });
    checkProviders(providers, report, [...path, 'providers']);
    if (share < 0 || share > 100)
      report.add('istio-percentage', [...path, 'randomSamplingPercentage'], { value: share });
    for (const [name, tag] of Object.entries(customTags)) checkTag(name, tag, report, [...path, 'customTags', name]);
  }
}

function checkTag(name: string, { literal, header, environment }: TracingTag, report: Report, path: FieldPath): void {
  if (name === '') report.add('istio-empty-value', path, {}, { aim: 'key' });
  if (literal?.value === '') report.add('istio-empty-value', [...path, 'literal', 'value'], {});
  if (header?.name === '') report.add('istio-empty-value', [...path, 'header', 'name'], {});
  if (environment?.name === '') report.add('istio-empty-value', [...path, 'environment', 'name'], {});
}

function checkMetrics({ metrics = [] }: TelemetrySpec, report: Report): void {
  for (const [index, { providers, overrides = [] }] of metrics.entries()) {
    const path = ['spec', 'metrics', index];
    checkProviders(providers, report, [...path, 'providers']);
    for (const [place, { match, tagOverrides = {} }] of overrides.entries()) {
      const at = [...path, 'overrides', place];
      if (match?.customMetric === '') report.add('istio-empty-value', [...at, 'match', 'customMetric'], {});
      for (const [name, tag] of Object.entries(tagOverrides))
        checkOverride(name, tag, report, [...at, 'tagOverrides', name]);
    }
  }
}

function checkOverride(
  name: string,
  { operation = 'UPSERT', value }: TagOverride,
  report: Report,
  path: FieldPath,
): void {
  if (name === '') report.add('istio-empty-value', path, {}, { aim: 'key', severity: 'warning' });
  if (operation === 'UPSERT' && !value) report.add('required-field', [...path, 'value'], {}, { aim: 'head' });
  if (operation === 'REMOVE' && value) {
    report.add('not-together', [...path, 'value'], { other: 'operation: REMOVE' }, { aim: 'key' });
  }
}

function checkProviders(providers: readonly TelemetryProvider[] | undefined, report: Report, path: FieldPath): void {
  for (const [index, { name }] of (providers ?? []).entries()) {
    if (name === '') report.add('istio-empty-value', [...path, index, 'name'], {});
  }
}

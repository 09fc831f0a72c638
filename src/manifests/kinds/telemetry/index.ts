import { defineAcceptedKind } from '../definition.ts';
import type { TelemetrySpec } from './type.ts';
import { validateTelemetry } from './validate.ts';

export const telemetry = defineAcceptedKind<TelemetrySpec>({
  group: 'telemetry.istio.io',
  kind: 'Telemetry',
  validate: validateTelemetry,
});

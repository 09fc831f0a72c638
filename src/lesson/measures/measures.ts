// The list of measures, by name. A lesson's measurement names one of them.
import { callers } from './callers.ts';
import { eavesdropper } from './eavesdropper.ts';
import { handshakes } from './handshakes.ts';
import { latency } from './latency.ts';
import { lives } from './lives.ts';
import type { Measure } from './measure.ts';
import { outcomes } from './outcomes.ts';
import { proxies } from './proxies.ts';
import { requested } from './requested.ts';

export const measures: readonly Measure[] = [
  callers,
  eavesdropper,
  handshakes,
  latency,
  lives,
  outcomes,
  proxies,
  requested,
];

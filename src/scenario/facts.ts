// The delays a request of any run meets on the wire, as the page shows them beside what was measured: window and upstream source.
import type { DelayFact } from '../kernel/index.ts';
import { dnsLookup, linkDelay, synTimeout } from '../net/index.ts';

export const wireFacts: readonly DelayFact[] = [dnsLookup, ...Object.values(linkDelay), synTimeout];

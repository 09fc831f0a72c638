// How a decision came out: it let the request go on, it denied it, or it found no way on. `deny` is a word of authorization alone.

export interface Outcome {
  /**
   * `waits`: there is not enough to decide yet; the same point decides again. `undefined`: upstream says of such a configuration that
   * what it does is undefined, so nothing is foretold.
   */
  readonly kind: 'goes-on' | 'waits' | 'denies' | 'fails' | 'undefined';
  /** What was chosen, without the word for how. */
  readonly text: string;
}

const DENIED = 'deny: ';
/** A status that ends a request: what ztunnel answers a CONNECT with, or a route that replies by itself. */
const REFUSED = /^[45]\d\d /;
const REPLIED = /: [45]\d\d$/;
/** The status by which a ztunnel's policies answer. */
const POLICY = '401 ';

/** What a proxy chooses where upstream leaves it open. */
const UNDEFINED = 'not predictable';

/** Reads the choice that was recorded at a point of decision. */
export function outcomeOf(point: string, chosen: string): Outcome {
  const kind = kindOf(point, chosen);
  return { kind, text: chosen.startsWith(DENIED) ? chosen.slice(DENIED.length) : chosen };
}

function kindOf(point: string, chosen: string): Outcome['kind'] {
  switch (point) {
    case 'ztunnel.outbound':
      return failsIf(chosen.startsWith(DENIED));
    case 'ztunnel.inbound':
      return chosen.startsWith(POLICY) ? 'denies' : failsIf(REFUSED.test(chosen));
    case 'envoy.auth':
      return chosen.startsWith(DENIED) ? 'denies' : chosen.startsWith('asks ') ? 'waits' : 'goes-on';
    case 'envoy.listener':
    case 'envoy.chain':
      if (chosen.endsWith('waits for the first bytes')) return 'waits';
      return failsIf(chosen.endsWith('BlackHoleCluster') || chosen.endsWith(': reset'));
    case 'envoy.codec':
      return 'fails';
    case 'envoy.proxy-header':
      return failsIf(chosen.endsWith(': reset'));
    case 'envoy.fault':
      return failsIf(chosen.includes('abort '));
    case 'envoy.rate-limit':
      return failsIf(/: \d{3}$/.test(chosen));
    case 'envoy.route':
      if (chosen === UNDEFINED) return 'undefined';
      return failsIf(REPLIED.test(chosen) || /no (route|cluster|virtual host)$/.test(chosen));
    case 'envoy.endpoint':
      return failsIf(chosen.endsWith('no healthy endpoint'));
    case 'kube-proxy':
      return failsIf(chosen === 'reject');
    default:
      return 'goes-on';
  }
}

function failsIf(condition: boolean): Outcome['kind'] {
  return condition ? 'fails' : 'goes-on';
}

// Makes a recorded decision of an Envoy again, this time with its reasons: the same pure functions, with a collector.
import type { Address } from '../../host/index.ts';
import type { LocalRateLimit } from '../../manifests/index.ts';
import type { DecisionInput, Explanation, HeaderList, MaybeOrigin } from '../../trace/index.ts';
import type { Fault } from '../routing/index.ts';
import { originOrNone } from '../routing/index.ts';
import { Trail } from '../trail.ts';
import { callOf, decideAuth } from './auth.ts';
import type { Opening } from './chain-decision.ts';
import type { FilterChain, ProxyConfiguration } from './configuration.ts';
import { decideEndpoint } from './endpoint-decision.ts';
import { explainRefusal } from './codec-refusal.ts';
import { explainDrain } from './drain.ts';
import { decideFault, faultChoice } from './fault.ts';
import { chainChoice, chainNow, decideConnection } from './listener-decision.ts';
import type { EnvoyPoint } from './points.ts';
import { envoyPoints } from './points.ts';
import { explainHeader } from './proxy-header.ts';
import { decideRateLimit, rateLimitChoice } from './rate-limit.ts';
import { decideRoute } from './route-decision.ts';
import { tablesOf } from './tables.ts';

type Point = (input: DecisionInput, configuration: ProxyConfiguration, trail: Trail) => string | undefined;

/** A connection on its way out or in: where it was captured is all the difference. */
const chain: Point = (input, configuration, trail) => {
  const facts = {
    port: Number(input['port']),
    internal: text(input, 'internal'),
    destination: addressOf(text(input, 'destination')),
    opening: openingOf(input),
  };
  const decision = decideConnection(configuration, facts, trail);
  return decision === undefined ? undefined : chainChoice(decision);
};

const points: Readonly<Record<EnvoyPoint, Point>> = {
  'envoy.listener': chain,
  'envoy.chain': chain,
  'envoy.route': (input, configuration, trail) => {
    const terminal = chainOf(input, configuration)?.terminal;
    const inline = terminal?.kind === 'http' && terminal.routes.kind === 'inline' ? terminal.routes.routes : undefined;
    const routes = inline ?? tablesOf(configuration).routes.get(text(input, 'routes'));
    if (routes === undefined) return undefined;
    const head = {
      method: text(input, 'method'),
      path: text(input, 'path'),
      authority: text(input, 'authority'),
      headers: headersOf(input),
    };
    const scheme = text(input, 'scheme') === 'https' ? 'https' : 'http';
    const claims = JSON.parse(text(input, 'claims')) as Readonly<Record<string, unknown>>; // written by `routeInput`
    return decideRoute(routes, { head, context: { scheme, claims } }, () => Number(input['drawn']), trail).chosen;
  },
  'envoy.endpoint': (input, configuration, trail) => {
    const cluster = tablesOf(configuration).clusters.get(text(input, 'cluster'));
    if (cluster === undefined) return undefined;
    const picks = numbersOf(text(input, 'picks'));
    const active = numbersOf(text(input, 'active'));
    let drawn = 0;
    let asked = 0;
    return decideEndpoint(
      cluster,
      {
        original: addressOf(text(input, 'destination')),
        tried: textsOf(input['tried']),
        ejected: textsOf(input['ejected']),
        turn: Number(input['turn']),
        warming: warmingOf(text(input, 'warming')),
        hashed: text(input, 'hashed'),
        draw: () => picks[drawn++] ?? 0,
        active: () => active[asked++] ?? 0,
      },
      trail,
    ).chosen;
  },
  'envoy.auth': (input, configuration, trail) => {
    const taken = chainOf(input, configuration);
    if (taken === undefined) return undefined;
    const { terminal, network } = taken;
    const filters = input['isHttp'] === true && terminal.kind === 'http' ? terminal.filters : network;
    const { call, answers } = callOf(input);
    return decideAuth(filters, call, answers, trail).chosen;
  },
  'envoy.fault': (input, _configuration, trail) => {
    const fault = JSON.parse(text(input, 'fault')) as Fault; // recorded whole
    const [delay = 0, abort = 0] = numbersOf(text(input, 'drawn'));
    return faultChoice(decideFault(fault, [delay, abort], trail));
  },
  'envoy.rate-limit': (input, _configuration, trail) => {
    const limit = JSON.parse(text(input, 'limit')) as LocalRateLimit; // both recorded whole
    const origin = JSON.parse(text(input, 'origin')) as MaybeOrigin;
    const [enabled = 0, enforced = 0] = numbersOf(text(input, 'drawn'));
    const state = { credit: Number(input['credit']), drawn: [enabled, enforced] as const };
    return rateLimitChoice(decideRateLimit(limit, state, origin, trail), limit);
  },
  'envoy.drain': (input, _configuration, trail) => explainDrain(input, trail),
  'envoy.codec': (input, _configuration, trail) => explainRefusal(input, trail),
  'envoy.proxy-header': explainHeader,
};

/** The explanation of a decision at one of Envoy's points; undefined for any other point. */
export function explainEnvoy(
  point: string,
  input: DecisionInput,
  content: object | undefined,
): Explanation | undefined {
  if (!isPoint(point) || content === undefined) return undefined;
  const trail = new Trail();
  const configuration = content as ProxyConfiguration; // the one the decision's record names
  // First of all: whatever is told next may be otherwise in the real proxy.
  for (const { kind, name, origin } of configuration.patches ?? [])
    trail.took('envoy.patched', { params: { kind, name }, origin: originOrNone({ origin }), source: patching });
  const chosen = points[point](input, configuration, trail);
  return chosen === undefined ? undefined : { chosen, because: trail.because, rejected: trail.rejected };
}

const patching = 'istio/istio:pilot/pkg/networking/core/envoyfilter';

function isPoint(point: string): point is EnvoyPoint {
  return (envoyPoints as readonly string[]).includes(point);
}

function chainOf(input: DecisionInput, configuration: ProxyConfiguration): FilterChain | undefined {
  return chainNow(configuration, text(input, 'listener'), text(input, 'chain'));
}

function text(input: DecisionInput, key: string): string {
  return String(input[key] ?? '');
}

function addressOf(written: string): Address {
  const separator = written.lastIndexOf(':');
  return { ip: written.slice(0, separator), port: Number(written.slice(separator + 1)) };
}

/** `10.0.0.5=250000 ...` */
function warmingOf(written: string): ReadonlyMap<string, number> {
  const pairs = written === '' ? [] : written.split(' ').map((pair) => pair.split('='));
  return new Map(pairs.map(([address = '', share]) => [address, Number(share)]));
}

function numbersOf(written: string): readonly number[] {
  return written === '' ? [] : written.split(' ').map(Number);
}

function textsOf(value: DecisionInput[string] | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : []; // recorded as texts
}

function headersOf(input: DecisionInput): HeaderList {
  const value = input['headers'];
  return Array.isArray(value) ? (value as HeaderList) : []; // recorded as pairs
}

function openingOf(input: DecisionInput): Opening {
  switch (input['opening']) {
    case 'tls':
      return { kind: 'tls', sni: text(input, 'sni'), alpn: textsOf(input['alpn']) };
    case 'raw':
      return { kind: 'raw', http: httpOf(text(input, 'http')) };
    default:
      return { kind: 'none' };
  }
}

function httpOf(name: string): Extract<Opening, { kind: 'raw' }>['http'] {
  return name === 'http/1.0' || name === 'http/1.1' || name === 'h2c' ? name : '';
}

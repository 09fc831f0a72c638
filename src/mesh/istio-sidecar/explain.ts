// Makes a recorded decision of a sidecar again, this time with its reasons: the same pure functions, with a collector.
import type { Address } from '../../host/index.ts';
import type { DecisionInput, Explanation, HeaderList } from '../../trace/index.ts';
import { authorize } from '../authz/index.ts';
import { Trail } from '../trail.ts';
import { authorizationChoice, authorizationInput } from './authorization.ts';
import type { Opening } from './chain-decision.ts';
import { chainChoice, decideChain } from './chain-decision.ts';
import type { SidecarConfiguration } from './configuration.ts';
import { indexOf } from './configuration.ts';
import { decideEndpoint } from './endpoint-decision.ts';
import type { FirstBytes } from './listener-decision.ts';
import { decideListener, listenerChoice } from './listener-decision.ts';
import { decideRoute } from './route-decision.ts';

type Point = (input: DecisionInput, configuration: SidecarConfiguration, trail: Trail) => string | undefined;

const points: Readonly<Record<string, Point>> = {
  'sidecar.outbound.listener': (input, configuration, trail) =>
    listenerChoice(
      decideListener(configuration, addressOf(text(input, 'destination')), text(input, 'bytes') as FirstBytes, trail),
    ), // as recorded
  'sidecar.outbound.route': (input, configuration, trail) => {
    const routes = indexOf(configuration).routes.get(text(input, 'routes'));
    if (routes === undefined) return undefined;
    const request = {
      method: text(input, 'method'),
      path: text(input, 'path'),
      authority: text(input, 'authority'),
      headers: headersOf(input),
    };
    return decideRoute(routes, request, () => Number(input['drawn']), trail).chosen;
  },
  'sidecar.outbound.endpoint': (input, configuration, trail) => {
    const cluster = indexOf(configuration).clusters.get(text(input, 'cluster'));
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
        draw: () => picks[drawn++] ?? 0,
        active: () => active[asked++] ?? 0,
      },
      trail,
    ).chosen;
  },
  'sidecar.inbound.chain': (input, configuration, trail) =>
    chainChoice(decideChain(configuration, Number(input['port']), openingOf(input), trail)),
  'sidecar.inbound.authz': (input, configuration, trail) => {
    const caller = {
      principal: text(input, 'principal'),
      sourceIp: text(input, 'sourceIp'),
      destinationIp: text(input, 'destinationIp'),
      port: Number(input['port']),
      sni: text(input, 'sni'),
    };
    const head = {
      method: text(input, 'method'),
      path: text(input, 'path'),
      authority: text(input, 'host'),
      headers: headersOf(input),
    };
    const isHttp = input['isHttp'] === true;
    return authorizationChoice(
      authorize(configuration.inbound.authorization, authorizationInput(caller, isHttp ? head : undefined), trail),
    );
  },
};

export const sidecarPoints: readonly string[] = Object.keys(points);

/** The explanation of a decision at one of a sidecar's points; undefined for any other point. */
export function explainSidecar(
  point: string,
  input: DecisionInput,
  content: object | undefined,
): Explanation | undefined {
  const explain = points[point];
  if (explain === undefined || content === undefined) return undefined;
  const trail = new Trail();
  const chosen = explain(input, content as SidecarConfiguration, trail); // the configuration the decision's record names
  return chosen === undefined ? undefined : { chosen, because: trail.because, rejected: trail.rejected };
}

function text(input: DecisionInput, key: string): string {
  return String(input[key] ?? '');
}

function addressOf(written: string): Address {
  const separator = written.lastIndexOf(':');
  return { ip: written.slice(0, separator), port: Number(written.slice(separator + 1)) };
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
      return { kind: 'tls', alpn: textsOf(input['alpn']) };
    case 'raw':
      return { kind: 'raw', isHttp: input['isHttp'] === true };
    default:
      return { kind: 'none' };
  }
}

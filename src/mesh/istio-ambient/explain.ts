// Makes a recorded decision of a ztunnel again, this time with its reasons.
import { parseAddress } from '../../host/index.ts';
import type { DecisionInput, Explanation } from '../../trace/index.ts';
import { Trail } from '../trail.ts';
import type { AmbientConfiguration } from './configuration.ts';
import { isAmbient } from '../cni/index.ts';
import { decideInbound, inboundChoice } from './inbound-decision.ts';
import { decideOutbound, outboundChoice } from './outbound-decision.ts';

export const ambientPoints: readonly string[] = ['cni.enrolment', 'ztunnel.outbound', 'ztunnel.inbound'];

/** The explanation of a decision at one of ambient mode's points; undefined for any other point. */
export function explainAmbient(
  point: string,
  input: DecisionInput,
  content: object | undefined,
): Explanation | undefined {
  if (point === 'cni.enrolment') return explainEnrolment(input);
  if (content === undefined) return undefined;
  const configuration = content as AmbientConfiguration; // the configuration the decision's record names
  const trail = new Trail();
  if (point === 'ztunnel.outbound') {
    const destination = parseAddress(String(input['destination']));
    if (destination === undefined) return undefined;
    const request = { source: String(input['source']), sourceIp: String(input['sourceIp']), destination };
    const decision = decideOutbound(configuration, request, () => Number(input['picked']), trail);
    return { chosen: outboundChoice(decision), because: trail.because, rejected: trail.rejected };
  }
  if (point !== 'ztunnel.inbound') return undefined;
  const request = {
    pod: String(input['pod']),
    address: String(input['address']),
    target: String(input['target']),
    isTunnel: input['isTunnel'] === true,
    identity: String(input['identity']),
    sourceIp: String(input['sourceIp']),
  };
  const decision = decideInbound(configuration, request, trail);
  return { chosen: inboundChoice(decision), because: trail.because, rejected: trail.rejected };
}

function explainEnrolment(input: DecisionInput): Explanation {
  const trail = new Trail();
  const isWanted = isAmbient(
    {
      pod: String(input['pod']),
      namespace: String(input['namespace']),
      podLabel: String(input['podLabel']),
      namespaceLabel: String(input['namespaceLabel']),
      hasSidecar: input['hasSidecar'] === true,
      isHostNetwork: input['isHostNetwork'] === true,
    },
    trail,
  );
  return { chosen: isWanted ? 'ambient' : 'not in the ambient mesh', because: trail.because, rejected: trail.rejected };
}

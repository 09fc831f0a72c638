// `ztunnel-route`: what a ztunnel decides of one connection, outbound or inbound, from records of workloads and Services.
import * as v from 'valibot';
import { formatAddress, parseAddress } from '../../../../host/index.ts';
import type { AmbientConfiguration } from '../../../../mesh/index.ts';
import { decideInbound, decideOutbound } from '../../../../mesh/index.ts';
import { recordsOf } from '../records.ts';
import type { StepResult } from '../protocol.ts';
import { question } from '../step-kind.ts';

const schema = v.variant('direction', [
  v.object({ direction: v.literal('outbound'), workload: v.string(), from: v.string(), to: v.string() }),
  v.object({
    direction: v.literal('inbound'),
    from: v.string(),
    /** Where the tunnel arrived, `IP:15008`. */
    connection: v.string(),
    connectAuthority: v.string(),
  }),
]);

type RouteStep = v.InferOutput<typeof schema>;

export const ztunnelRouteStep = question('ztunnel-route', schema, (step, { env }) => {
  const configuration = recordsOf(env);
  return step.direction === 'outbound' ? outbound(configuration, step) : inbound(configuration, step);
});

/** Of several endpoints the first is drawn. */
function outbound(
  configuration: AmbientConfiguration,
  { workload, from, to }: Extract<RouteStep, { direction: 'outbound' }>,
): StepResult {
  const destination = parseAddress(to);
  if (destination === undefined) return { error: `no address and port: ${to}` };
  const decision = decideOutbound(configuration, { source: workload, sourceIp: from, destination }, () => 0);
  switch (decision.kind) {
    case 'deny':
      return { error: decision.reason };
    case 'tcp':
      return {
        protocol: 'TCP',
        destination: formatAddress(decision.destination),
        hboneDestination: null,
        workload: decision.workload?.name ?? null,
      };
    case 'hbone':
    case 'double-hbone':
      return {
        protocol: decision.kind === 'hbone' ? 'HBONE' : 'DOUBLEHBONE',
        destination: formatAddress(decision.gateway),
        hboneDestination: decision.authority,
        workload: decision.workload.name,
      };
  }
}

function inbound(configuration: AmbientConfiguration, step: Extract<RouteStep, { direction: 'inbound' }>): StepResult {
  const address = parseAddress(step.connection)?.ip ?? '';
  const pod = configuration.workloads.find(({ addresses }) => addresses.includes(address));
  if (pod === undefined) return { error: `no workload at ${step.connection}` };
  const decision = decideInbound(configuration, {
    pod: pod.key,
    address,
    target: step.connectAuthority,
    isTunnel: true,
    identity: '',
    sourceIp: parseAddress(step.from)?.ip ?? step.from,
  });
  if (decision.kind === 'refuse') return { error: decision.reason };
  const { port, tunnelTarget } = decision;
  return {
    upstream: formatAddress({ ip: address, port }),
    tunnelTarget: tunnelTarget === undefined ? null : formatAddress(tunnelTarget),
  };
}

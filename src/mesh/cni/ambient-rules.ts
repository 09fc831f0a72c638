// What istio-cni writes into an enrolled pod's network namespace.
// Source: istio/istio:cni/pkg/iptables/testdata/default.golden at 1.31. DNS capture and marks on replies are not modelled.
import type { RedirectRule } from '../../host/index.ts';
import { hbonePort, inboundPort, outboundPort, ztunnelMark } from './facts.ts';

/** Kubelet probes arrive from this address (host SNAT) and pass. */
export const probeSource = '169.254.7.127';
const loopback = ['127.0.0.1/32'] as const;

export const ambientRules: readonly RedirectRule[] = [
  { id: 'ambient.PREROUTING.1', hook: 'PREROUTING', match: { from: [probeSource] }, action: 'accept' },
  {
    id: 'ambient.PREROUTING.2',
    hook: 'PREROUTING',
    match: { notTo: loopback, notPorts: [hbonePort], notMark: ztunnelMark },
    action: { redirectTo: inboundPort },
  },
  { id: 'ambient.OUTPUT.1', hook: 'OUTPUT', match: { to: [probeSource] }, action: 'accept' },
  { id: 'ambient.OUTPUT.4', hook: 'OUTPUT', match: { mark: ztunnelMark }, action: 'accept' },
  { id: 'ambient.OUTPUT.5', hook: 'OUTPUT', match: { viaLoopback: true, notTo: loopback }, action: 'accept' },
  {
    id: 'ambient.OUTPUT.6',
    hook: 'OUTPUT',
    match: { notTo: loopback, notMark: ztunnelMark },
    action: { redirectTo: outboundPort },
  },
];

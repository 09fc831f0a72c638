// What istio-init writes into a pod's network namespace, from the arguments its container was given, or istio-cni, from annotations.
// Source: istio/istio:tools/istio-iptables/pkg/capture/run.go, cni/pkg/plugin/{plugin,sidecar_redirect}.go at 1.31. Rules for the proxy's group, DNS capture, IPv6, TPROXY and
// excluded interfaces are not modelled.
import type { RedirectRule } from '../../host/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { initContainerName, listOf, proxyContainerName } from '../injection/index.ts';
import { healthPort, inboundSource, prometheusPort, statusPort } from '../envoy/index.ts';
import { hbonePort, inboundPort, outboundPort } from './facts.ts';

const loopback = '127.0.0.1/32';

/** What the arguments of `istio-iptables` say. */
export interface RedirectOptions {
  readonly proxyUser: number;
  /** `*`, or blocks. */
  readonly includeOutboundIPRanges: string;
  readonly excludeOutboundIPRanges: string;
  /** `*`, or ports. */
  readonly includeInboundPorts: string;
  readonly excludeInboundPorts: string;
  readonly includeOutboundPorts: string;
  readonly excludeOutboundPorts: string;
}

export function redirectOptionsOf(args: readonly string[]): RedirectOptions {
  const value = (flag: string, fallback: string): string => {
    const at = args.indexOf(flag);
    return at < 0 ? fallback : (args[at + 1] ?? fallback);
  };
  return {
    proxyUser: Number(value('-u', '1337')),
    includeOutboundIPRanges: value('-i', '*'),
    excludeOutboundIPRanges: value('-x', ''),
    includeInboundPorts: value('-b', '*'),
    excludeInboundPorts: value('-d', [prometheusPort, healthPort, statusPort].join(',')),
    includeOutboundPorts: value('-q', ''),
    excludeOutboundPorts: value('-o', ''),
  };
}

/** Whether istio-cni writes a pod's rules of sidecars: an injected sidecar without an init container that does. */
export function takesSidecarRules({ metadata, spec }: PodResource): boolean {
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  const proxy = all.find(({ name }) => name === proxyContainerName);
  if (proxy === undefined || all.some(({ name }) => name === initContainerName)) return false;
  const [command, role = 'sidecar'] = proxy.args ?? [];
  if (command === 'proxy' && role !== 'sidecar') return false;
  const wish = metadata.labels['sidecar.istio.io/inject'] ?? metadata.annotations['sidecar.istio.io/inject'];
  return wish !== 'false' && metadata.annotations['sidecar.istio.io/status'] !== undefined;
}

/** What a pod's annotations say to istio-cni. */
export function pluginOptionsOf({ metadata }: PodResource): RedirectOptions {
  const value = (name: string, fallback: string): string =>
    metadata.annotations[`traffic.sidecar.istio.io/${name}`] ?? fallback;
  const own = [statusPort, healthPort, prometheusPort].map(String);
  const excluded = [...listOf(value('excludeInboundPorts', String(statusPort))), ...own];
  return {
    proxyUser: 1337,
    includeOutboundIPRanges: value('includeOutboundIPRanges', '*'),
    excludeOutboundIPRanges: value('excludeOutboundIPRanges', ''),
    includeInboundPorts: value('includeInboundPorts', '*'),
    excludeInboundPorts: [...new Set(excluded)].join(','),
    includeOutboundPorts: value('includeOutboundPorts', ''),
    excludeOutboundPorts: value('excludeOutboundPorts', String(statusPort)),
  };
}

/** The rules in order; ids number the steps of upstream's script, so a step that is empty leaves a gap. */
export function redirectRules(options: RedirectOptions): readonly RedirectRule[] {
  return [...outboundRules(options), ...inboundRules(options)];
}

function outboundRules(options: RedirectOptions): readonly RedirectRule[] {
  const { proxyUser } = options;
  const excludedPorts = portsOf(options.excludeOutboundPorts);
  const excludedRanges = listOf(options.excludeOutboundIPRanges);
  const includedPorts = portsOf(options.includeOutboundPorts);
  const includedRanges = listOf(options.includeOutboundIPRanges);
  const takesAll = includedRanges.includes('*');
  const rule = (step: number, match: RedirectRule['match'], action: RedirectRule['action']): RedirectRule => ({
    id: `istio-init.OUTPUT.${step}`,
    hook: 'OUTPUT',
    match,
    action,
  });
  return [
    ...when(excludedPorts.length > 0, rule(1, { ports: excludedPorts }, 'accept')),
    // Envoy to its own application.
    rule(2, { viaLoopback: true, from: [`${inboundSource}/32`] }, 'accept'),
    // The application through its own Service: Envoy's client side meets its server side.
    rule(
      3,
      { viaLoopback: true, notTo: [loopback], uid: proxyUser, notPorts: [hbonePort] },
      { redirectTo: inboundPort },
    ),
    rule(4, { viaLoopback: true, notUid: proxyUser }, 'accept'),
    rule(5, { uid: proxyUser }, 'accept'),
    rule(7, { to: [loopback] }, 'accept'),
    ...when(excludedRanges.length > 0, rule(8, { to: excludedRanges }, 'accept')),
    ...when(includedPorts.length > 0, rule(9, { ports: includedPorts }, { redirectTo: outboundPort })),
    ...when(takesAll, rule(10, {}, { redirectTo: outboundPort })),
    ...when(!takesAll && includedRanges.length > 0, rule(10, { to: includedRanges }, { redirectTo: outboundPort })),
  ];
}

function inboundRules(options: RedirectOptions): readonly RedirectRule[] {
  const included = listOf(options.includeInboundPorts);
  const rule = (step: number, match: RedirectRule['match'], action: RedirectRule['action']): RedirectRule => ({
    id: `istio-init.PREROUTING.${step}`,
    hook: 'PREROUTING',
    match,
    action,
  });
  if (included.length === 0) return [];
  const tunnels = rule(1, { ports: [hbonePort] }, 'accept');
  if (!included.includes('*'))
    return [tunnels, rule(3, { ports: portsOf(options.includeInboundPorts) }, { redirectTo: inboundPort })];
  const excluded = portsOf(options.excludeInboundPorts);
  return [
    tunnels,
    ...when(excluded.length > 0, rule(2, { ports: excluded }, 'accept')),
    rule(3, {}, { redirectTo: inboundPort }),
  ];
}

function when(condition: boolean, rule: RedirectRule): readonly RedirectRule[] {
  return condition ? [rule] : [];
}

function portsOf(text: string): readonly number[] {
  return listOf(text)
    .map(Number)
    .filter((port) => Number.isInteger(port));
}

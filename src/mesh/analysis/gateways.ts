// Istio's Gateways against the pods, Services and Secrets they need, and against each other.
// Source: istio/istio:pkg/config/analysis/analyzers/gateway at 1.31.
import { certificateTimeOf, isWithin } from './certificate.ts';
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { byCodeUnits, fullName, grouped, readName } from './context.ts';
import { get, list, number, text, textMap, texts } from './fields.ts';
import { firstKey, isEmpty, type Labels, selects, selectorText } from './labels.ts';

function selectorOf(gateway: AnalysisObject): Labels {
  return textMap(gateway.object, 'spec', 'selector');
}

function serversOf(gateway: AnalysisObject): readonly unknown[] {
  return list(gateway.object, 'spec', 'servers');
}

/** Gateways by their selector as text: there are many gateways, and few pods for them. */
function bySelector(context: AnalysisContext): ReadonlyMap<string, readonly AnalysisObject[]> {
  return grouped(context.of('Gateway'), (gateway) => selectorText(selectorOf(gateway)));
}

function reportNoPod(context: AnalysisContext, gateway: AnalysisObject): void {
  const selector = selectorOf(gateway);
  const place = ['spec', 'selector', ...firstKey(selector)];
  context.report('no-pod-selected', gateway, { selector: selectorText(selector) }, place);
}

// --- Ports

/** A port of a gateway is reached through a Service of its pods, or by nobody but who knows the pods. */
const ports: Analyzer = {
  name: 'gateway.IngressGatewayPortAnalyzer',
  analyze: (context) => {
    for (const [text, gateways] of bySelector(context)) {
      const [selector = {}] = gateways.map(selectorOf);
      const pods = context.of('Pod').filter((pod) => selects(selector, pod.metadata.labels));
      const offered = new Set(pods.flatMap((pod) => portsOffered(context, pod)));
      for (const gateway of gateways) {
        if (pods.length === 0) reportNoPod(context, gateway);
        else checkPorts(context, gateway, text, offered);
      }
    }
  },
};

function checkPorts(
  context: AnalysisContext,
  gateway: AnalysisObject,
  selector: string,
  offered: ReadonlySet<number>,
): void {
  for (const [at, server] of serversOf(gateway).entries()) {
    const port = get(server, 'port') === undefined ? undefined : (number(server, 'port', 'number') ?? 0);
    if (port === undefined || offered.has(port)) continue;
    const place = ['spec', 'servers', at, 'port', 'number'];
    context.report('gateway-port-not-in-service', gateway, { port, selector }, place);
  }
}

/** The ports of the Services that select a pod: what they lead to, and what they are called by outside. */
function portsOffered(context: AnalysisContext, pod: AnalysisObject): readonly number[] {
  return context
    .of('Service')
    .filter(
      ({ metadata, object }) =>
        metadata.namespace === pod.metadata.namespace &&
        selects(textMap(object, 'spec', 'selector'), pod.metadata.labels),
    )
    .flatMap(({ object }) => list(object, 'spec', 'ports'))
    .filter((port) => text(port, 'protocol') === 'TCP')
    .flatMap((port) => {
      const target = Number(text(port, 'targetPort')) || 0; // a name counts as none
      const own = number(port, 'port') ?? 0;
      return target === 0 ? [own] : [target, own];
    });
}

// --- Credentials

const secrets: Analyzer = {
  name: 'gateway.SecretAnalyzer',
  analyze: (context) => {
    for (const gateway of context.of('Gateway')) {
      const selector = selectorOf(gateway);
      // Secrets are looked up where the gateway's pods run, not where the Gateway is.
      const pod = context.of('Pod').find((candidate) => selects(selector, candidate.metadata.labels));
      if (pod === undefined) {
        reportNoPod(context, gateway);
        continue;
      }
      const { namespace } = pod.metadata;
      for (const [at, server] of serversOf(gateway).entries()) {
        const credential = text(server, 'tls', 'credentialName');
        if (credential === '') continue;
        const name = readName(credential, namespace);
        const secret = context.find('Secret', name.namespace, name.name);
        const place = ['spec', 'servers', at, 'tls', 'credentialName'];
        if (secret === undefined) context.report('credential-not-found', gateway, { credential, namespace }, place);
        else if (!isServerSecret(secret, context.input.now))
          context.report('credential-invalid', gateway, { credential, namespace }, place);
      }
    }
  },
};

/** Whether a Secret holds a key and a certificate whose time it is. The generic names come before those of type kubernetes.io/tls. */
function isServerSecret(secret: AnalysisObject, now: number): boolean {
  const pair = [
    ['cert', 'key'],
    ['tls.crt', 'tls.key'],
  ].find((keys) => keys.every((key) => dataOf(secret, key) !== ''));
  const certificate = pair?.[0] === undefined ? undefined : certificateTimeOf(dataOf(secret, pair[0]));
  return certificate !== undefined && isWithin(certificate, now);
}

/** A value of a Secret as text; '' when it is absent or no base64. */
function dataOf(secret: AnalysisObject, key: string): string {
  const plain = text(secret.object, 'stringData', key);
  if (plain !== '') return plain;
  const encoded = text(secret.object, 'data', key).replace(/\s/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(encoded) && encoded.length % 4 === 0 ? atob(encoded) : '';
}

// --- Certificates

const certificates: Analyzer = {
  name: 'gateway.CertificateAnalyzer',
  analyze: (context) => {
    const byCertificate = grouped(
      context.of('Gateway').flatMap((gateway) => certificatesOf(gateway).map((name) => ({ gateway, name }))),
      ({ name }) => name,
    );
    for (const gateway of context.of('Gateway')) {
      const others = certificatesOf(gateway).flatMap((name) => byCertificate.get(name) ?? []);
      for (const other of new Set(others.map((entry) => entry.gateway))) {
        if (other === gateway || !sharesPods(gateway, other)) continue;
        context.report('certificate-twice', gateway, { gateways: `${fullName(gateway)}, ${fullName(other)}` });
      }
    }
  },
};

/** Whether the pods of `other` are among those of `gateway`, whose selector asks for less. */
function sharesPods(gateway: AnalysisObject, other: AnalysisObject): boolean {
  const selector = selectorOf(gateway);
  return isEmpty(selector) || selects(selector, selectorOf(other));
}

/** The certificates of a gateway's servers: each by its credential, or by the files of certificate and key. */
function certificatesOf(gateway: AnalysisObject): readonly string[] {
  const names = serversOf(gateway).flatMap((server) => {
    const credential = text(server, 'tls', 'credentialName');
    if (credential !== '') return [`credential ${credential}`];
    const files = [text(server, 'tls', 'serverCertificate'), text(server, 'tls', 'privateKey')];
    return files.includes('') ? [] : [`files ${files.join(' ')}`];
  });
  return [...new Set(names)];
}

// --- Each other

/** A gateway's hosts on one port: host -> the address it binds to. */
interface PortClaim {
  readonly gateway: AnalysisObject;
  readonly port: number;
  readonly hosts: ReadonlyMap<string, string>;
}

const conflicts: Analyzer = {
  name: 'gateway.ConflictingGatewayAnalyzer',
  analyze: (context) => {
    const groups = [...bySelector(context)].map(([selector, gateways]) => ({
      selector,
      gateways,
      labels: gateways.map(selectorOf)[0] ?? {},
      claims: grouped(gateways.flatMap(claimsOf), ({ port }) => port),
    }));
    for (const group of groups) {
      const near = groups.filter((other) => haveCommonPods(context, group, other));
      const isAlone = near.every(({ claims }) => claims.size === 0);
      for (const gateway of group.gateways) {
        if (group.selector !== '' && isAlone) reportNoPod(context, gateway);
        else checkServers(context, gateway, group.selector, near);
      }
    }
  },
};

/** Gateways with one selector. */
interface Group {
  readonly selector: string;
  readonly labels: Labels;
  readonly claims: ReadonlyMap<number, readonly PortClaim[]>;
}

function checkServers(
  context: AnalysisContext,
  gateway: AnalysisObject,
  selector: string,
  near: readonly Group[],
): void {
  for (const [at, server] of serversOf(gateway).entries()) {
    const port = number(server, 'port', 'number') ?? 0;
    const rivals = near
      .flatMap(({ claims }) => claims.get(port) ?? [])
      .filter((claim) => claim.gateway !== gateway && isClaimed(claim, server));
    if (rivals.length === 0) continue;
    const gateways = rivals.map((claim) => fullName(claim.gateway)).sort(byCodeUnits);
    const hosts = texts(server, 'hosts').join(', ');
    const place = ['spec', 'servers', at, 'hosts'];
    context.report('gateways-conflict', gateway, { gateways: gateways.join(', '), selector, port, hosts }, place);
  }
}

/** One claim a port; of several servers on one port the last one stands for them. */
function claimsOf(gateway: AnalysisObject): readonly PortClaim[] {
  const byPort = new Map<number, PortClaim>();
  for (const server of serversOf(gateway)) {
    const port = number(server, 'port', 'number') ?? 0;
    const hosts = new Map(texts(server, 'hosts').map((host) => [host, text(server, 'bind')]));
    byPort.set(port, { gateway, port, hosts });
  }
  return [...byPort.values()];
}

/** Equal selectors, or one that is part of the other and a pod that both select. */
function haveCommonPods(context: AnalysisContext, a: Group, b: Group): boolean {
  if (a.selector === b.selector) return true;
  if (!a.selector.includes(b.selector) && !b.selector.includes(a.selector)) return false;
  return context.of('Pod').some(({ metadata: { labels } }) => selects(a.labels, labels) && selects(b.labels, labels));
}

function isClaimed({ hosts }: PortClaim, server: unknown): boolean {
  return texts(server, 'hosts').some((host) => hosts.get(host) === text(server, 'bind'));
}

export const gatewayAnalyzers: readonly Analyzer[] = [ports, certificates, secrets, conflicts];

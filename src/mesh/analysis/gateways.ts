// Istio's Gateways against the pods, Services and Secrets they need, and against each other.
// Source: istio/istio:pkg/config/analysis/analyzers/gateway at 1.31.
import { certificateTimeOf, isWithin } from './certificate.ts';
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { byCodeUnits, fullName, readName } from './context.ts';
import { get, list, number, text, textMap, texts } from './fields.ts';
import { firstKey, isEmpty, type Labels, selects, selectorText } from './labels.ts';

function selectorOf(gateway: AnalysisObject): Labels {
  return textMap(gateway.object, 'spec', 'selector');
}

function serversOf(gateway: AnalysisObject): readonly unknown[] {
  return list(gateway.object, 'spec', 'servers');
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
    for (const gateway of context.of('Gateway')) {
      const selector = selectorOf(gateway);
      const pods = context.of('Pod').filter((pod) => selects(selector, pod.metadata.labels));
      if (pods.length === 0) {
        reportNoPod(context, gateway);
        continue;
      }
      const offered = new Set(pods.flatMap((pod) => portsOffered(context, pod)));
      for (const [at, server] of serversOf(gateway).entries()) {
        const port = get(server, 'port') === undefined ? undefined : (number(server, 'port', 'number') ?? 0);
        if (port === undefined || offered.has(port)) continue;
        const params = { port, selector: selectorText(selector) };
        context.report('gateway-port-not-in-service', gateway, params, ['spec', 'servers', at, 'port', 'number']);
      }
    }
  },
};

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
    const all = context.of('Gateway');
    for (const gateway of all) {
      const others = all.filter((other) => other !== gateway && sharesPods(gateway, other));
      for (const other of others) {
        const isShared = serversOf(gateway).some((server) =>
          serversOf(other).some((otherServer) => hasSameCertificate(get(server, 'tls'), get(otherServer, 'tls'))),
        );
        if (isShared)
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

function hasSameCertificate(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return false;
  const isSame = (field: string): boolean => text(a, field) !== '' && text(a, field) === text(b, field);
  const names = [text(a, 'credentialName'), text(b, 'credentialName')];
  if (names.some((name) => name !== '')) return names[0] === names[1];
  return isSame('serverCertificate') && isSame('privateKey');
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
    const all = context.of('Gateway');
    const claims = all.flatMap(claimsOf);
    for (const gateway of all) {
      const selector = selectorText(selectorOf(gateway));
      const near = claims.filter((claim) => haveCommonPods(context, gateway, claim.gateway));
      if (selector !== '' && near.length === 0) {
        reportNoPod(context, gateway);
        continue;
      }
      for (const [at, server] of serversOf(gateway).entries()) {
        const port = number(server, 'port', 'number') ?? 0;
        const rivals = near.filter(
          (claim) => claim.gateway !== gateway && claim.port === port && isClaimed(claim, server),
        );
        if (rivals.length === 0) continue;
        const gateways = rivals.map((claim) => fullName(claim.gateway)).sort(byCodeUnits);
        const hosts = texts(server, 'hosts').join(', ');
        const place = ['spec', 'servers', at, 'hosts'];
        context.report('gateways-conflict', gateway, { gateways: gateways.join(', '), selector, port, hosts }, place);
      }
    }
  },
};

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
function haveCommonPods(context: AnalysisContext, a: AnalysisObject, b: AnalysisObject): boolean {
  const own = selectorText(selectorOf(a));
  const other = selectorText(selectorOf(b));
  if (own === other) return true;
  if (!own.includes(other) && !other.includes(own)) return false;
  return context
    .of('Pod')
    .some(({ metadata: { labels } }) => selects(selectorOf(a), labels) && selects(selectorOf(b), labels));
}

function isClaimed({ hosts }: PortClaim, server: unknown): boolean {
  return texts(server, 'hosts').some((host) => hosts.get(host) === text(server, 'bind'));
}

export const gatewayAnalyzers: readonly Analyzer[] = [ports, certificates, secrets, conflicts];

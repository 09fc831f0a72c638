// Istio's own Gateway, not that of the Gateway API.
// Source: istio/istio:pkg/config/validation/validation.go ValidateGateway at 86c9f01fd735.

import { isIP } from '../../ip.ts';
import type { Report } from '../../report.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkPortNumber, checkPresent, checkUnique } from '../checks.ts';
import { checkIstioMetadata, checkNamespacedHost, checkUnixAddress, isHostLabel, unixPrefix } from '../istio-checks.ts';
import { checkProtocol, isHttpProtocol, isTlsProtocol } from '../protocol.ts';
import { checkServerTls, isPassthrough } from '../server-tls.ts';
import type { IstioGatewayServer, IstioGatewaySpec } from './type.ts';

/** Set by istiod on what it makes of the Gateway API's Gateways, which have looser rules. */
const semanticsAnnotation = 'internal.istio.io/gateway-semantics';

export function validateIstioGateway(spec: IstioGatewaySpec, report: Report, metadata: ObjectMeta): void {
  checkIstioMetadata(report, metadata);
  const isConverted = metadata.annotations[semanticsAnnotation] === 'gateway';
  if (!isConverted && !isHostLabel(metadata.name)) {
    report.add('not-dns-label', ['metadata', 'name'], { value: shown(metadata.name) });
  }
  const servers = spec.servers ?? [];
  if (servers.length === 0) report.add('required-field', ['spec', 'servers'], {}, { aim: 'head' });
  for (const [index, server] of servers.entries()) checkServer(server, isConverted, report, ['spec', 'servers', index]);
  checkUnique(report, ['spec', 'servers'], servers, ({ port }) => port.name, ['port', 'name']);
}

function checkServer(server: IstioGatewayServer, isConverted: boolean, report: Report, path: FieldPath): void {
  const { hosts, port, bind = '', tls } = server;
  if (hosts.length === 0) report.add('istio-empty-list', [...path, 'hosts'], {}, { aim: 'key' });
  for (const [index, host] of hosts.entries()) checkServerHost(host, isConverted, report, [...path, 'hosts', index]);
  checkServerPort(server, report, path);
  if (bind.startsWith(unixPrefix)) {
    checkUnixAddress(report, [...path, 'bind'], bind);
    if (port.number !== 0) report.add('istio-unix-port', [...path, 'port', 'number'], { value: port.number });
  } else if (bind !== '' && !isIP(bind)) {
    report.add('istio-address', [...path, 'bind'], { value: shown(bind) });
  }
  if (tls) checkServerTls(tls, report, [...path, 'tls']);
  checkTlsFits(server, report, path);
}

function checkServerHost(host: string, isConverted: boolean, report: Report, path: FieldPath): void {
  const slash = host.indexOf('/');
  const namespace = host.slice(0, slash);
  const isAnyOrOwn = namespace === '*' || namespace === '.' || (namespace === '~' && isConverted);
  if (slash !== -1 && !isAnyOrOwn && !isHostLabel(namespace)) {
    report.add('istio-host-namespace', path, { value: shown(host) });
  } else {
    checkNamespacedHost(report, path, host.slice(slash + 1), { allowsAddress: true });
  }
}

function checkServerPort({ port, bind = '' }: IstioGatewayServer, report: Report, path: FieldPath): void {
  const at = [...path, 'port'];
  checkProtocol(report, [...at, 'protocol'], port.protocol, { isRequired: true });
  if (port.number > 0 || !bind.startsWith(unixPrefix)) checkPortNumber(report, [...at, 'number'], port.number);
  if (port.targetPort) report.add('istio-target-port', [...at, 'targetPort'], {}, { aim: 'key' });
  checkPresent(report, [...at, 'name'], port.name);
}

/** TLS settings belong to TLS ports; an HTTP port may only redirect to HTTPS. */
function checkTlsFits({ port, tls }: IstioGatewayServer, report: Report, path: FieldPath): void {
  const { protocol } = port;
  const isHttp = isHttpProtocol(protocol);
  if (tls?.httpsRedirect && !isHttp) {
    report.add('istio-https-redirect', [...path, 'tls', 'httpsRedirect'], { protocol }, { aim: 'key' });
  }
  if (isTlsProtocol(protocol)) {
    if (!tls) report.add('istio-tls-missing', [...path, 'tls'], { protocol }, { aim: 'head' });
    return;
  }
  if (!tls) return;
  const ends = !isPassthrough(tls) || tls.caCertificates || tls.privateKey || tls.serverCertificate;
  if (!isHttp || ends)
    report.add('istio-tls-plaintext', [...path, 'tls'], { protocol: shown(protocol) }, { aim: 'key' });
}

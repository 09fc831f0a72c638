// Envoy's access log, in Istio's default text format. Source: istio/istio:pilot/pkg/model/telemetry_logging.go EnvoyTextLogFormat at 1.31.
// Simplified: byte counts are those of local replies, request ids are made from record numbers.
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import type { RecordId } from '../../kernel/index.ts';
import { hashText } from '../../kernel/index.ts';
import { dateOf } from '../../trace/index.ts';

export interface LogFields {
  /** Microseconds of the trace's time. */
  readonly startedAt: number;
  readonly now: number;
  /** `GET /path HTTP/1.1`; '- - -' for connections. */
  readonly request: string;
  readonly status: number;
  /** `URX,UF`; '' for none. */
  readonly flags: string;
  readonly details: string;
  readonly terminationDetails: string;
  readonly transportFailure: string;
  readonly bytesSent: number;
  /** Microseconds until the upstream answered; undefined when none did. */
  readonly serviceTime: number | undefined;
  /** As the client wrote it; '' for none. */
  readonly forwardedFor: string;
  readonly userAgent: string;
  readonly requestId: RecordId | undefined;
  readonly authority: string;
  readonly upstream: Address | undefined;
  readonly upstreamLocal: Address | undefined;
  /** The upstream was reached through a tunnel: Envoy gave the connection to a listener of its own. */
  readonly isTunnelled: boolean;
  readonly cluster: string;
  readonly downstreamLocal: Address;
  /** Undefined: Envoy itself. */
  readonly downstreamRemote: Address | undefined;
  readonly sni: string;
  readonly route: string;
}

export function accessLogLine(fields: LogFields): string {
  const quoted = (text: string): string => `"${orDash(text)}"`;
  const millis = (span: number): string => String(Math.floor(span / 1_000));
  return [
    `[${dateOf(fields.startedAt)}]`,
    `"${fields.request}"`,
    String(fields.status),
    orDash(fields.flags),
    orDash(fields.details),
    orDash(fields.terminationDetails),
    quoted(fields.transportFailure),
    '0',
    String(fields.bytesSent),
    millis(fields.now - fields.startedAt),
    fields.serviceTime === undefined ? '-' : millis(fields.serviceTime),
    quoted(fields.forwardedFor),
    quoted(fields.userAgent),
    quoted(fields.requestId === undefined ? '' : requestUuid(fields.requestId)),
    quoted(fields.authority),
    quoted(upstreamText(fields)),
    orDash(fields.cluster),
    fields.isTunnelled ? internal : fields.upstreamLocal === undefined ? '-' : formatAddress(fields.upstreamLocal),
    formatAddress(fields.downstreamLocal),
    fields.downstreamRemote === undefined ? internal : formatAddress(fields.downstreamRemote),
    orDash(fields.sni),
    orDash(fields.route),
  ].join(' ');
}

/** Envoy's own end of a connection to itself. */
const internal = 'envoy://internal_client_address/';

function upstreamText({ upstream, isTunnelled }: LogFields): string {
  if (upstream === undefined) return '';
  return `${isTunnelled ? 'envoy://connect_originate/' : ''}${formatAddress(upstream)}`;
}

function orDash(text: string): string {
  return text === '' ? '-' : text;
}

/** The same request has the same id in both proxies' lines. */
function requestUuid(request: RecordId): string {
  const word = (salt: number): string => (hashText(String(request), salt) >>> 0).toString(16).padStart(8, '0');
  const [a, b, c, d] = [word(1), word(2), word(3), word(4)];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

// A line of an access log taken apart, in the order in which it is written. Envoy's parts are named as Istio's JSON log names them;
// ztunnel's name themselves. Nothing is left out: the parts with what stands between them are the line.
// Source: istio/istio:pilot/pkg/model/telemetry_logging.go EnvoyTextLogFormat and EnvoyJSONLogFormatIstio, istio/ztunnel:src/proxy/metrics.rs,
// at 1.31. Simplified: `request` joins method, path and protocol, which JSON tells apart.

export const envoyFields = [
  'start_time',
  'request',
  'response_code',
  'response_flags',
  'response_code_details',
  'connection_termination_details',
  'upstream_transport_failure_reason',
  'bytes_received',
  'bytes_sent',
  'duration',
  'upstream_service_time',
  'x_forwarded_for',
  'user_agent',
  'request_id',
  'authority',
  'upstream_host',
  'upstream_cluster',
  'upstream_local_address',
  'downstream_local_address',
  'downstream_remote_address',
  'requested_server_name',
  'route_name',
] as const;

const ztunnelFields = [
  'time',
  'level',
  'target',
  'message',
  'src.addr',
  'src.workload',
  'src.namespace',
  'src.identity',
  'src.cluster',
  'dst.addr',
  'dst.hbone_addr',
  'dst.service',
  'dst.workload',
  'dst.namespace',
  'dst.identity',
  'dst.cluster',
  'direction',
  'duration',
  'error',
] as const;

export type AccessField = (typeof envoyFields)[number] | (typeof ztunnelFields)[number];
export type AccessProgram = 'envoy' | 'ztunnel';

export interface AccessPart {
  readonly field: AccessField;
  /** As it stands in the line, with its quotes and, of ztunnel's, its name. */
  readonly text: string;
  /** Without quotes and name; `-` where there is none. */
  readonly value: string;
  /** What stands between the part before and this one. */
  readonly before: string;
}

/** The parts of a line; what is not of the known form ends the list. */
export function partsOfLine(program: AccessProgram, line: string): readonly AccessPart[] {
  return program === 'envoy' ? envoyParts(line) : ztunnelParts(line);
}

/** A bracketed time, a text in quotes, or what has no space in it. */
const ENVOY_PART = /\[[^\]]*\]|"(?:[^"\\]|\\.)*"|[^ ]+/g;

function envoyParts(line: string): readonly AccessPart[] {
  const parts: AccessPart[] = [];
  let end = 0;
  for (const { 0: text, index } of line.matchAll(ENVOY_PART)) {
    const field = envoyFields[parts.length];
    if (field === undefined) break;
    parts.push({ field, text, value: text.replace(/^[["]|[\]"]$/g, ''), before: line.slice(end, index) });
    end = index + text.length;
  }
  return parts;
}

const KEY_VALUE = /^([a-z_.]+)=("(?:[^"\\]|\\.)*"|[^ ]*)/;
const known: ReadonlySet<string> = new Set(ztunnelFields);

/** Time, level, target and message between tabs; then names with values between spaces. */
function ztunnelParts(line: string): readonly AccessPart[] {
  const columns = line.split('\t');
  const heads = ['time', 'level', 'target', 'message'] as const;
  const parts: AccessPart[] = heads.flatMap((field, at) => {
    const text = columns[at];
    return text === undefined ? [] : [{ field, text, value: text, before: at === 0 ? '' : '\t' }];
  });
  let rest = columns.slice(heads.length).join('\t');
  let before = '\t';
  for (let match = KEY_VALUE.exec(rest); match !== null; match = KEY_VALUE.exec(rest)) {
    const [text, name = '', quoted = ''] = match;
    if (!isZtunnelField(name)) break;
    parts.push({ field: name, text, value: unquoted(quoted), before });
    rest = rest.slice(text.length);
    before = /^ */.exec(rest)?.[0] ?? '';
    rest = rest.slice(before.length);
  }
  return parts;
}

function isZtunnelField(name: string): name is (typeof ztunnelFields)[number] {
  return known.has(name);
}

/** Rust and JSON quote the same way, as far as these texts go. */
function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
}

// One look at a container from outside: an HTTP GET, a TCP connect, a gRPC health check over a real connection from the node,
// or a command inside the container. Probes repeat it, hooks do it once.
// Source: kubernetes/kubernetes@v1.34: pkg/probe/{http,tcp,grpc}.
import type { AnyEntityId, Context, EntityId, Instant, RecordId, TimerId } from '../../kernel/index.ts';
import { exactly, micros, NO_RECORD } from '../../kernel/index.ts';
import { statedSeconds } from '../stated-seconds.ts';
import type { ProcessEvent, SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, send } from '../../host/index.ts';
import type { Container, IntOrString, LifecycleHandler, ProbeHandler } from '../../manifests/index.ts';
import { http2Preface, readResponse, requestMessage } from '../../net/index.ts';
import { record } from '../../trace/index.ts';
import type { ExecDone, ExecRequest } from '../api.ts';
import { probeTimeout } from '../facts.ts';
import { commandTime } from './exec-command.ts';
import type { Subject } from './messages.ts';

/** What to do, with ports as numbers. */
export type Check =
  | {
      readonly kind: 'http';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly isTls: boolean;
      readonly headers: readonly (readonly [string, string])[];
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'grpc'; readonly host: string; readonly port: number; readonly service: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'sleep'; readonly seconds: number }
  /** A port name that the container does not declare, or no handler at all. */
  | { readonly kind: 'impossible'; readonly why: string };

/** Reads a probe's or hook's handler; `address` is the pod's. */
export function checkOf(handler: ProbeHandler & LifecycleHandler, container: Container, address: string): Check {
  const { httpGet, tcpSocket, grpc, exec, sleep } = handler;
  if (exec !== undefined) return { kind: 'exec', command: exec.command ?? [] };
  if (sleep !== undefined) return { kind: 'sleep', seconds: sleep.seconds };
  if (grpc !== undefined) return { kind: 'grpc', host: address, port: grpc.port, service: grpc.service };
  const action = httpGet ?? tcpSocket;
  if (action === undefined) return { kind: 'impossible', why: 'no handler' };
  const host = action.host === undefined || action.host === '' ? address : action.host;
  const port = portNumber(action.port, container);
  if (port === undefined) return { kind: 'impossible', why: `couldn't find port: ${action.port}` };
  if (httpGet === undefined) return { kind: 'tcp', host, port };
  const headers = (httpGet.httpHeaders ?? []).map(({ name, value }) => [name, value] as const);
  return {
    kind: 'http',
    host,
    port,
    path: httpGet.path.startsWith('/') ? httpGet.path : `/${httpGet.path}`,
    isTls: httpGet.scheme === 'HTTPS',
    headers,
  };
}

function portNumber(port: IntOrString, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((candidate) => candidate.name === port);
  return named?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

export type CheckEvent = SocketEvent | ExecDone | { readonly type: 'check-timeout' };

/** A check under way. */
export interface OpenCheck {
  readonly check: Check;
  readonly socket: AnyEntityId | undefined;
  /** The request's record; NO_RECORD for what is no request. */
  readonly request: RecordId;
  readonly since: Instant;
  readonly timer: TimerId | undefined;
}

/** Linux gives up a connect() after 127 s (net.ipv4.tcp_syn_retries = 6); hooks have no limit of their own. */
const CONNECT_SECONDS = 127;

export interface CheckResult {
  readonly isGood: boolean;
  /** Why not, in the kubelet's words; '' when it is good. */
  readonly detail: string;
}

export interface CheckOptions {
  readonly purpose: ExecRequest['purpose'];
  /** The container's main process: who runs commands. */
  readonly process: EntityId<ProcessEvent>;
  readonly container: Container;
  /** Undefined: no limit of its own. */
  readonly timeoutSeconds: number | undefined;
}

/** Begins a check; the running entity gets its events and hands them to `continueCheck`. */
export function beginCheck(ctx: Context, subject: Subject, check: Check, options: CheckOptions): OpenCheck {
  const self = ctx.self as EntityId<CheckEvent>;
  const { timeoutSeconds } = options;
  const timer =
    timeoutSeconds === undefined
      ? undefined
      : ctx.timer(exactly(probeTimeout, statedSeconds(timeoutSeconds)), self, { type: 'check-timeout' });
  const open: OpenCheck = { check, socket: undefined, request: NO_RECORD, since: ctx.now, timer };
  switch (check.kind) {
    case 'exec':
      runCommand(ctx, subject, check.command, options);
      return open;
    case 'sleep':
      ctx.schedule(commandTime(['sleep', String(check.seconds)]), self, { type: 'exec-done', exitCode: 0 });
      return open;
    case 'impossible':
      ctx.tell(self, { type: 'exec-done', exitCode: 1 });
      return open;
    case 'http':
    case 'tcp':
    case 'grpc': {
      const request = check.kind === 'http' ? recordRequest(ctx, subject, check) : NO_RECORD;
      if (request !== NO_RECORD) ctx.cause = request;
      const socket = dial(ctx, {
        process: subject.site.node.kubelet,
        netns: subject.site.node.netns,
        owner: self,
        destination: { ip: check.host, port: check.port },
        // A clock behind the wire: where everything happens at once, an answer still comes before its time-out.
        timeout: exactly(probeTimeout, statedSeconds(timeoutSeconds ?? CONNECT_SECONDS)),
        // The kubelet takes any certificate; here every server's comes from the root that clients know.
        ...(check.kind === 'http' && check.isTls ? { tls: { alpn: ['http/1.1'], roots: ['public'] } } : {}),
      });
      return { ...open, request, socket };
    }
  }
}

function runCommand(ctx: Context, subject: Subject, command: readonly string[], options: CheckOptions): void {
  const reply = ctx.self as EntityId<ExecDone>;
  const { purpose, process, container, timeoutSeconds } = options;
  const isActed =
    subject.site.wiring.exec?.(ctx, {
      pod: subject.pod,
      container,
      process,
      command,
      purpose,
      timeoutSeconds,
      reply,
    }) ?? false;
  if (!isActed) ctx.schedule(commandTime(command), reply, { type: 'exec-done', exitCode: 0 });
}

function urlOf(check: Extract<Check, { kind: 'http' }>): string {
  return `${check.isTls ? 'https' : 'http'}://${check.host}:${check.port}${check.path}`;
}

function recordRequest(ctx: Context, { site }: Subject, check: Extract<Check, { kind: 'http' }>): RecordId {
  const protocol = check.isTls ? 'https' : 'http';
  return record(ctx, 'request', {
    process: site.node.kubelet,
    netns: site.node.netns,
    protocol,
    method: 'GET',
    url: urlOf(check),
    source: site.address,
    tag: 'probe',
  });
}

/** Takes an event of a check under way; a result ends it. Events of sockets that are not its own change nothing. */
export function continueCheck(
  ctx: Context,
  subject: Subject,
  open: OpenCheck,
  event: CheckEvent,
): CheckResult | undefined {
  if ('socket' in event && event.socket !== open.socket) return undefined;
  const result = resultOf(ctx, subject, open, event);
  if (result !== undefined) endCheck(ctx, open, result);
  return result;
}

/** Ends a check before or with its result: timer and connection go. */
export function endCheck(ctx: Context, open: OpenCheck, result?: CheckResult): void {
  if (open.timer !== undefined) ctx.cancel(open.timer);
  if (open.request !== NO_RECORD && result !== undefined) {
    const { isGood, detail } = result;
    const status = /statuscode: (\d+)/.exec(detail)?.[1];
    const outcome = isGood ? 'ok' : (status ?? 'failed');
    const before = ctx.cause;
    record(ctx, 'response', {
      request: open.request,
      result: outcome,
      status: Number(status ?? 0),
      ok: isGood,
      latency: micros(ctx.now - open.since),
      detail,
    });
    ctx.cause = before;
  }
  if (open.socket !== undefined) closeSocket(ctx, open.socket);
}

const good: CheckResult = { isGood: true, detail: '' };

function resultOf(
  ctx: Context,
  subject: Subject,
  { check, socket, request }: OpenCheck,
  event: CheckEvent,
): CheckResult | undefined {
  switch (event.type) {
    case 'exec-done':
      if (event.exitCode === 0) return good;
      return {
        isGood: false,
        detail: check.kind === 'impossible' ? check.why : `command exited with ${event.exitCode}`,
      };
    case 'check-timeout':
      return { isGood: false, detail: timeoutText(check) };
    case 'connected':
    case 'secured':
      if (check.kind === 'tcp') return good;
      if (socket !== undefined && (check.kind !== 'http' || check.isTls === (event.type === 'secured')))
        ask(ctx, subject, check, socket, request);
      return undefined;
    case 'received':
      return answerResult(check, event);
    case 'failed':
      return {
        isGood: false,
        detail: `${prefix(check)}${dialText(check)}: connect: ${event.reason === 'ECONNREFUSED' ? 'connection refused' : event.detail}`,
      };
    case 'ended':
      return {
        isGood: false,
        detail: `${prefix(check)}${event.how === 'RST' ? 'read: connection reset by peer' : 'EOF'}`,
      };
    case 'accepted':
      return undefined;
  }
}

function ask(ctx: Context, { site }: Subject, check: Check, socket: AnyEntityId, request: RecordId): void {
  if (check.kind === 'http') {
    const headers = [
      ['user-agent', `kube-probe/${site.version.split('.').slice(0, 2).join('.')}`],
      ...check.headers,
    ] as const;
    send(
      ctx,
      socket,
      requestMessage('http1', { method: 'GET', path: check.path, authority: `${check.host}:${check.port}`, headers }),
      { request },
    );
  } else if (check.kind === 'grpc') {
    send(ctx, socket, http2Preface);
    const head = {
      method: 'POST',
      path: '/grpc.health.v1.Health/Check',
      authority: `${check.host}:${check.port}`,
      headers: [['content-type', 'application/grpc']] as const,
    };
    send(ctx, socket, requestMessage('http2', head, `HealthCheckRequest ${check.service}`), { stream: 1 });
  }
}

function answerResult(check: Check, event: Extract<CheckEvent, { type: 'received' }>): CheckResult | undefined {
  const response = readResponse(event.message);
  if (response === undefined)
    return event.message.layer === 'http2'
      ? undefined
      : { isGood: false, detail: `${prefix(check)}malformed HTTP response` };
  const { status, grpcStatus } = response.head;
  if (check.kind === 'grpc')
    return (grpcStatus ?? 0) === 0 && status === 200
      ? good
      : { isGood: false, detail: 'service unhealthy (responded with "NOT_SERVING")' };
  return status >= 200 && status < 400
    ? good
    : { isGood: false, detail: `HTTP probe failed with statuscode: ${status}` };
}

function prefix(check: Check): string {
  return check.kind === 'http' ? `Get "${urlOf(check)}": ` : '';
}

function dialText(check: Check): string {
  return check.kind === 'http' || check.kind === 'tcp' || check.kind === 'grpc'
    ? `dial tcp ${check.host}:${check.port}`
    : '';
}

function timeoutText(check: Check): string {
  if (check.kind === 'http')
    return `${prefix(check)}context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  return check.kind === 'exec' ? 'command timed out' : `${dialText(check)}: i/o timeout`;
}

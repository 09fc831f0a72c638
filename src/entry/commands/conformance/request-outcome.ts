// What became of a request, all read off its trace: who answered, what that server saw, which proxies stood on the way.
import type { AnyEntityId, RecordId } from '../../../kernel/index.ts';
import { readRequest, readResponse } from '../../../net/index.ts';
import type { HeaderList, Trace } from '../../../trace/index.ts';
import type { Backend } from './trace-tables.ts';
import { tablesOf } from './trace-tables.ts';

export interface Outcome {
  readonly reachable: boolean;
  readonly status?: number;
  readonly grpcStatus?: number;
  readonly responseFlags?: string;
  readonly backend?: Backend;
  readonly backendTls?: boolean;
  readonly seen?: Seen;
  readonly response?: { readonly headers: Headers; readonly protocol: string };
  readonly redirect?: Redirect;
  readonly mirroredTo?: readonly Backend[];
  readonly tls?: { readonly mode: 'plaintext' | 'tls' | 'mtls'; readonly peerPrincipal: string | null };
  /** Some proxy on the way parsed HTTP. */
  readonly l7: boolean;
  readonly via: readonly string[];
  readonly deniedBy?: string;
  readonly error?: string;
}

type Headers = Readonly<Record<string, string>>;

interface Seen {
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Headers;
  readonly sni?: string;
  readonly port?: number;
}

interface Redirect {
  readonly scheme: string;
  readonly host: string;
  readonly port?: number;
  readonly path: string;
}

/** Results that are no answer at all. */
const unanswered = /^(?:refused|unreachable|reset|timeout|tls error|protocol error|no such host|no such workload)$/;

export function outcomeOf(trace: Trace, request: RecordId, asked: { readonly url: string }): Outcome {
  const way = wayOf(trace, request);
  const answer = tablesOf(trace).of(request).responses[0];
  const servings = way.servings;
  const answering = answer === undefined ? undefined : answeringProcess(trace, answer.id, servings);
  const first = servings.find(({ process }) => process === answering) ?? servings[0];
  const mirrored = servings.filter((serving) => serving !== first);
  const head = way.answer;
  const result = answer?.result ?? 'timeout';
  const isReachable = !unanswered.test(result);
  const via = [...new Set(way.proxies.map(({ name }) => name))];
  return {
    reachable: isReachable,
    l7: way.isParsed,
    via,
    ...(isReachable ? {} : { error: answer?.detail ?? result }),
    ...(answer !== undefined && answer.status > 0 ? { status: answer.status } : {}),
    ...(head?.grpcStatus === undefined ? grpcOf(result) : { grpcStatus: head.grpcStatus }),
    ...flagsOf(result),
    ...(first === undefined ? {} : { backend: first.backend, backendTls: first.isTls, seen: first.seen }),
    ...(head === undefined
      ? {}
      : { response: { headers: { ...metadataOf(first, head), ...joined(head.headers) }, protocol: way.protocol } }),
    ...redirectOf(head, asked.url),
    ...(mirrored.length === 0 ? {} : { mirroredTo: mirrored.map(({ backend }) => backend) }),
    tls: way.tls,
    ...(way.deniedBy === undefined ? {} : { deniedBy: way.deniedBy }),
  };
}

/** Who gave the answer that reached the client: of the servers that got the request, the one in its chain of causes. */
function answeringProcess(trace: Trace, response: RecordId, servings: readonly Serving[]): AnyEntityId | undefined {
  for (let id: RecordId = response; id >= 0; id = trace.get(id).cause) {
    const record = trace.get(id);
    if (record.kind !== 'packet' || !record.toServer) continue;
    const serving = servings.find(({ connection }) => connection === record.connection);
    if (serving !== undefined) return serving.process;
  }
  return undefined;
}

function grpcOf(result: string): { readonly grpcStatus?: number } {
  const match = /^grpc (\d+)/.exec(result);
  return match === null ? {} : { grpcStatus: Number(match[1]) };
}

/** A gRPC echo server tells the metadata it received. */
function metadataOf(serving: Serving | undefined, head: Way['answer'] & object): Headers {
  return head.grpcStatus === undefined ? {} : (serving?.seen.headers ?? {});
}

function flagsOf(result: string): { readonly responseFlags?: string } {
  const match = /^(?:\d+|grpc \d+) ([A-Z,]+)$/.exec(result);
  return match?.[1] === undefined ? {} : { responseFlags: match[1] };
}

interface Serving {
  readonly process: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly backend: Backend;
  readonly isTls: boolean;
  readonly seen: Seen;
}

interface Way {
  /** By the order in which servers received it. */
  readonly servings: readonly Serving[];
  readonly proxies: readonly { readonly name: string }[];
  readonly isParsed: boolean;
  readonly answer: NonNullable<ReturnType<typeof readResponse>>['head'] | undefined;
  readonly protocol: string;
  readonly tls: NonNullable<Outcome['tls']>;
  readonly deniedBy: string | undefined;
}

/** Follows a request over all its connections. */
function wayOf(trace: Trace, request: RecordId): Way {
  const asking = trace.get(request);
  const client = asking.kind === 'request' ? asking.process : undefined;
  const { connections, accepted, secured, serverNames, pods, of } = tablesOf(trace);
  const { packets, served, decisions, logs } = of(request);
  const servings = served.flatMap((record): readonly Serving[] => {
    const arrival = packets.findLast(
      (packet) =>
        packet.toServer && packet.id < record.id && accepted.get(packet.connection)?.process === record.process,
    );
    const backend = pods.get(record.process);
    if (arrival === undefined || backend === undefined) return [];
    const sni = serverNames.get(arrival.connection);
    const head = readRequest(arrival.message)?.head;
    return [
      {
        process: record.process,
        connection: arrival.connection,
        backend,
        isTls: arrival.encrypted,
        seen: {
          ...(head === undefined
            ? {}
            : { host: head.authority, path: head.path, method: head.method, headers: joined(head.headers) }),
          ...(sni === undefined ? {} : { sni }),
          port: accepted.get(arrival.connection)?.port ?? 0,
        },
      },
    ];
  });
  const last = packets.findLast(
    (packet) =>
      !packet.toServer &&
      connections.get(packet.connection)?.process === client &&
      readResponse(packet.message) !== undefined,
  );
  const response = last === undefined ? undefined : readResponse(last.message);
  const used = new Set(packets.map((packet) => packet.connection));
  const proxies = [...used].flatMap((connection) => {
    const process = accepted.get(connection)?.process;
    const isServer = served.some((record) => record.process === process);
    const pod = process === undefined || isServer ? undefined : pods.get(process);
    return pod === undefined ? [] : [{ name: pod.name }];
  });
  const mutual = [...used]
    .map((connection) => secured.get(connection))
    .filter((record) => record !== undefined)
    .findLast((record) => record.client !== '');
  const isAnyTls = [...used].some((connection) => secured.has(connection));
  const denial = decisions.find(({ chosen, origin }) => chosen.startsWith('deny') && 'path' in origin);
  return {
    servings,
    proxies,
    isParsed: logs.length > 0,
    answer: response?.head,
    protocol: last?.message.layer === 'http2' ? 'HTTP/2.0' : 'HTTP/1.1',
    tls: {
      mode: mutual !== undefined ? 'mtls' : isAnyTls ? 'tls' : 'plaintext',
      peerPrincipal: mutual?.client ?? null,
    },
    deniedBy:
      denial !== undefined && 'path' in denial.origin
        ? `${denial.origin['namespace']}/${denial.origin['name']}`
        : undefined,
  };
}

/** Headers of one name as one, as a map of them has it. */
function joined(headers: HeaderList): Headers {
  const map: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    map[key] = map[key] === undefined ? value : `${map[key]},${value}`;
  }
  return map;
}

function redirectOf(head: Way['answer'], asked: string): { readonly redirect?: Redirect } {
  if (head === undefined || head.status < 300 || head.status >= 400) return {};
  const location = joined(head.headers)['location'];
  if (location === undefined) return {};
  const { protocol, hostname, port, pathname, search } = new URL(location, asked);
  // Parsing drops a port that its scheme implies, which may be written all the same.
  const written = /^[a-z]+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(location)?.[1] ?? port;
  return {
    redirect: {
      scheme: protocol.slice(0, -1),
      host: hostname,
      ...(written === '' ? {} : { port: Number(written) }),
      path: pathname + search,
    },
  };
}

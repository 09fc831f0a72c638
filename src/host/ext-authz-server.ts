// What Istio's sample of an external authorizer answers: it allows what carries `x-ext-authz: allow`, and over gRPC, where a call has no
// such header at all, clients whose service account is `a`. Source: istio/istio:samples/extauthz/cmd/extauthz/main.go at 1.31.
// Left out: of what it received, only the request line is sent back.
import type { ReadRequest } from '../net/index.ts';
import { headerOf, isGrpcRequest, responseMessage } from '../net/index.ts';
import type { HttpResponseHead, WireMessage } from '../trace/index.ts';

const checkHeader = 'x-ext-authz';
const denied = `denied by ext_authz for not found header \`${checkHeader}: allow\` in the request`;

/** The answer to a check of either protocol. */
export function answerCheck(request: ReadRequest): WireMessage {
  const { version, head } = request;
  if (isGrpcRequest(head)) return answerGrpc(request);
  const allowed = headerOf(head, checkHeader) === 'allow';
  const headers = result(allowed, {
    override: headerOf(head, 'x-ext-authz-additional-header-override') ?? '',
    received: `${head.method} ${head.authority}${head.path}`,
  });
  const response: HttpResponseHead = { status: allowed ? 200 : 403, headers, ...(allowed ? {} : { body: denied }) };
  return responseMessage(version, response);
}

function answerGrpc({ version, head, grpc }: ReadRequest): WireMessage {
  const headers = [['content-type', 'application/grpc']] as const;
  if (head.path !== '/envoy.service.auth.v3.Authorization/Check')
    return responseMessage(version, { status: 200, grpcStatus: 12, headers });
  const { source, request } = attributesOf(grpc);
  const http = request?.http;
  const value = http?.headers?.[checkHeader];
  const allowed = value === undefined ? (source?.principal ?? '').endsWith('/sa/a') : value === 'allow';
  const given = result(allowed, {
    override: 'grpc-additional-header-override-value',
    received: http === undefined ? '' : `${http.method ?? ''} ${http.host ?? ''}${http.path ?? ''}`,
  }).map(([key, text]) => ({ header: { key, value: text } }));
  const answer = allowed
    ? { status: { code: 0 }, okResponse: { headers: given } }
    : { status: { code: 7 }, deniedResponse: { status: { code: 403 }, headers: given, body: denied } };
  return responseMessage(version, { status: 200, grpcStatus: 0, headers }, JSON.stringify(answer));
}

function result(
  allowed: boolean,
  { override, received }: { readonly override: string; readonly received: string },
): readonly (readonly [string, string])[] {
  return [
    [`${checkHeader}-check-result`, allowed ? 'allowed' : 'denied'],
    [`${checkHeader}-check-received`, received],
    [`${checkHeader}-additional-header-override`, override],
  ];
}

/** What is read of a CheckRequest. */
interface Attributes {
  readonly source?: { readonly principal?: string };
  readonly request?: {
    readonly http?: {
      readonly method?: string;
      readonly host?: string;
      readonly path?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };
  };
}

function attributesOf(message = '{}'): Attributes {
  try {
    const { attributes } = JSON.parse(message) as { readonly attributes?: Attributes }; // as proxies here write it
    return attributes ?? {};
  } catch {
    return {}; // bytes that are no CheckRequest decode to an empty one
  }
}

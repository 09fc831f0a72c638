// Envoy answers a request itself.
import type { Context } from '../../kernel/index.ts';
import { send } from '../../host/index.ts';
import { asHttp10, isGrpcRequest } from '../../net/index.ts';
import type { Connection, Exchange } from './connection-state.ts';
import { isDraining, takingLeave } from './drain.ts';
import { finish } from './exchange-log.ts';
import type { LocalReply } from './local-reply.ts';
import { localReply } from './messages.ts';

const closing = ['connection', 'close'] as const;

export function answerLocally(ctx: Context, connection: Connection, exchange: Exchange, local: LocalReply): Connection {
  const isClosing = exchange.isHttp10 || (exchange.version === 'http1' && isDraining(ctx, connection));
  const extra = isClosing ? [...exchange.responseHeaders, closing] : exchange.responseHeaders;
  const head = extra.length === 0 ? local.head : { ...local.head, headers: [...local.head.headers, ...extra] };
  const told = takingLeave(ctx, connection, exchange);
  const message = localReply(exchange.version, isGrpcRequest(exchange.head), head);
  send(ctx, connection.socket, exchange.isHttp10 ? asHttp10(message) : message, {
    request: exchange.request,
    stream: exchange.stream,
  });
  const { flags, details, transportFailure } = local;
  const next: Exchange = { ...exchange, status: local.head.status };
  return finish(ctx, told, next, { flags, details, transportFailure, bytes: local.head.body?.length ?? 0 });
}

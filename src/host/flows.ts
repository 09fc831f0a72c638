// Connections that a load balancer forwards, from its own side: it knows which of its targets each goes to, and can end them.
import type { Context } from '../kernel/index.ts';
import { NO_RECORD } from '../kernel/index.ts';
import { linkDelay } from '../net/index.ts';
import { record } from '../trace/index.ts';
import { weatherBetween } from './faults.ts';
import { machineType, nodePortKey } from './machine.ts';
import type { NetnsId, Place, SocketId } from './messages.ts';
import { netnsType } from './netns.ts';
import type { Address } from './redirect.ts';
import { evaluateRules } from './redirect.ts';
import { socketType } from './socket.ts';

/** Resets the connections of a load balancer to one of its targets, or to all: both ends are told. */
export function resetFlows(ctx: Context, balancer: string, target: string | undefined): void {
  const { cause } = ctx;
  const flows = ctx.all(socketType, ({ role, flow }) => {
    const forwarded = flow?.balancer;
    return role === 'client' && forwarded?.name === balancer && (target === undefined || forwarded.target === target);
  });
  for (const [client, { connection, peer }] of flows) {
    ctx.cause = cause;
    ctx.cause = record(ctx, 'closed', { connection, how: 'RST', byServer: true, reason: 'reset by the load balancer' });
    reset(ctx, client);
    if (peer !== undefined && ctx.read(socketType, peer) !== undefined) reset(ctx, peer);
  }
}

function reset(ctx: Context, end: SocketId): void {
  const socket = ctx.read(socketType, end);
  if (socket === undefined) return;
  const { connection, role, latency, link } = socket;
  const message = { layer: 'tcp', flag: 'RST' } as const;
  const facts = { connection, toServer: role === 'server', message, request: NO_RECORD, stream: 0, encrypted: false };
  const packet = record(ctx, 'packet', facts, latency);
  const before = ctx.cause;
  ctx.cause = packet;
  ctx.scheduleAt(linkDelay[link], latency, end, { type: 'rst', packet });
  ctx.cause = before;
}

/**
 * Whether a connection from a place outside of all machines would come about: packets get there and somebody listens, behind
 * redirect rules and, at a machine's own port, behind what the port stands for there. A look, not packets.
 */
export function wouldAccept(ctx: Context, from: Place, { ip, port }: Address): boolean {
  const id = ctx.find(netnsType, ip);
  const netns = id === undefined ? undefined : ctx.read(netnsType, id);
  if (id === undefined || netns === undefined || isCutOff(ctx, from, netns.place)) return false;
  const machine = netns.isHost ? ctx.read(machineType, netns.machine) : undefined;
  const translation = machine?.translations.get(nodePortKey(port));
  if (translation !== undefined)
    return translation.endpoints.some((endpoint) => wouldAccept(ctx, netns.place, endpoint));
  return listens(ctx, id, { ip, port });
}

function isCutOff(ctx: Context, from: Place, to: Place): boolean {
  return weatherBetween(ctx, from, to)?.kind === 'partition';
}

function listens(ctx: Context, id: NetnsId, destination: Address): boolean {
  const netns = ctx.read(netnsType, id);
  if (netns === undefined) return false;
  const attempt = { hook: 'PREROUTING', source: '0.0.0.0', destination, uid: -1, mark: 0, viaLoopback: false } as const;
  const { rule } = evaluateRules(netns.rules, attempt);
  const port = rule === undefined || rule.action === 'accept' ? destination.port : rule.action.redirectTo;
  return (netns.listeners.get(port) ?? []).some(({ bind }) => bind === undefined || bind === destination.ip);
}

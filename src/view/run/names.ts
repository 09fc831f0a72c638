// What things are called: entities by the names a person knows them under.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { RunIndex } from './run-index.ts';

/** `web-4kx2p` for a pod's namespace, `node-1` for a node's own. */
export function netnsName(index: RunIndex, netns: AnyEntityId): string {
  const entry = index.hosts.netns.get(netns);
  if (entry === undefined) return lastStep(index.trace.entity(netns).path);
  return (
    index.cluster.pods.get(entry.pod)?.name ??
    machineName(index, entry.node) ??
    lastStep(index.trace.entity(netns).path)
  );
}

export function podName(index: RunIndex, pod: AnyEntityId): string {
  return index.cluster.pods.get(pod)?.name ?? lastStep(index.trace.entity(pod).path);
}

export function nodeName(index: RunIndex, node: AnyEntityId): string {
  return machineName(index, node) ?? lastStep(index.trace.entity(node).path);
}

/** A node's name, or that of a machine outside of the cluster. */
function machineName({ cluster }: RunIndex, machine: AnyEntityId): string | undefined {
  return (cluster.nodes.get(machine) ?? cluster.machines.get(machine))?.name;
}

/** What runs and where: `ztunnel @ orders-hb2x`; just the program when nobody knows where. A part of a process is the process. */
export function processName(index: RunIndex, process: AnyEntityId): string {
  const { path } = index.trace.entity(process);
  const entry = index.hosts.processes.get(process) ?? index.hosts.processOfPath(path);
  if (entry === undefined) return lastStep(path);
  const place = netnsName(index, entry.netns);
  return place === '' || place === entry.program ? entry.program : `${entry.program} @ ${place}`;
}

/** Any entity by what it is. */
export function entityName(index: RunIndex, entity: AnyEntityId): string {
  if (entity < 0) return '';
  if (index.hosts.processes.has(entity)) return processName(index, entity);
  if (index.cluster.pods.has(entity)) return podName(index, entity);
  if (index.hosts.netns.has(entity)) return netnsName(index, entity);
  if (index.cluster.nodes.has(entity) || index.cluster.machines.has(entity)) return nodeName(index, entity);
  return index.hosts.processOfPath(index.trace.entity(entity).path) === undefined
    ? lastStep(index.trace.entity(entity).path)
    : processName(index, entity);
}

/** Who dialled and who is (to be) reached: `web-4kx2p`, `orders-7c9f`. */
export function connectionEnds(
  index: RunIndex,
  connection: AnyEntityId,
): { readonly client: string; readonly server: string } {
  const entry = index.connections.get(connection);
  if (entry === undefined) return streamEnds(index, index.trace.entity(connection).path);
  const server =
    entry.acceptedBy >= 0 ? endName(index, entry.acceptedBy, entry.server) : netnsName(index, entry.server);
  return {
    client: endName(index, entry.process, entry.client),
    server: server === '' ? index.trace.getAs(entry.opened, 'connection').destination : server,
  };
}

/** A stream of a tunnel is no connection of its own: its path tells whose it is, and where it leads. */
function streamEnds(index: RunIndex, path: string): { readonly client: string; readonly server: string } {
  const process = index.hosts.processOfPath(path);
  const client = process === undefined ? '' : endName(index, process.entity, process.netns);
  return { client, server: /\/stream\/([^/]+)/.exec(path)?.[1] ?? '' };
}

function endName(index: RunIndex, process: AnyEntityId, netns: AnyEntityId): string {
  const entry = index.hosts.processes.get(process) ?? index.hosts.processOfPath(index.trace.entity(process).path);
  const program = entry?.program ?? '';
  const place = netnsName(index, netns);
  return program === '' || program === place ? place : `${program} @ ${place}`;
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

// Which servers share a port, and which have to give way: one proxy serves all its gateways as if they were one.
// Source: istio/istio:pilot/pkg/model/gateway.go mergeGateways at 1.31. Not simulated: QUIC.
import { compareText } from '../age.ts';
import { isHttp } from '../registry/index.ts';
import type { Server } from './server.ts';
import { isHttpServer, isPassthrough, isTlsServer } from './server.ts';

/** The servers of a port and address. */
export interface MergedPort {
  readonly port: number;
  readonly bind: string;
  /** Plain HTTP: one chain for all its servers. */
  readonly isHttp: boolean;
  readonly servers: readonly MergedServer[];
}

export interface MergedServer {
  readonly server: Server;
  /** Name of its route configuration; '' for bytes. */
  readonly routes: string;
  /** What a ClientHello must ask for; undefined where there is no TLS. */
  readonly names: readonly string[] | undefined;
}

interface Draft {
  readonly port: number;
  readonly bind: string;
  readonly isHttp: boolean;
  readonly servers: MergedServer[];
}

export function mergeServers(servers: readonly Server[]): readonly MergedPort[] {
  const merge = new Merge();
  for (const server of servers) for (const port of server.podPorts) merge.add(server, port);
  return merge.ports;
}

class Merge {
  readonly ports: Draft[] = [];
  /** The first plaintext server's place, by port. */
  readonly #plain = new Map<number, Draft>();
  readonly #routeNames = new Set<string>();
  /** By port: name asked for -> address it is served at. */
  readonly #tlsNames = new Map<number, Map<string, string>>();
  /** Addresses of ports that are no plaintext. */
  readonly #binds = new Map<number, Set<string>>();

  add(server: Server, port: number): void {
    if (server.tls !== undefined && !this.#takesNames(server, port)) return;
    const routes = routesName(server, port);
    const merged: MergedServer = { server, routes, names: server.tls === undefined ? undefined : namesOf(server) };
    const hasPort = this.ports.some((draft) => draft.port === port);
    if (!hasPort) {
      this.#open(merged, port);
      return;
    }
    const plain = this.#plain.get(port);
    if (plain !== undefined) this.#addBesidePlain(merged, port, plain);
    else this.#addBesideTls(merged, port);
  }

  /** A name that is served already, at the same address, keeps the whole server out. */
  #takesNames({ hosts, bind }: Server, port: number): boolean {
    const known = this.#tlsNames.get(port) ?? new Map<string, string>();
    this.#tlsNames.set(port, known);
    if (hosts.some((host) => known.get(host) === bind)) return false;
    for (const host of hosts) known.set(host, bind);
    return true;
  }

  #open(merged: MergedServer, port: number): void {
    const { server, routes } = merged;
    const draft: Draft = { port, bind: server.bind, isHttp: isHttp(server.protocol), servers: [merged] };
    this.ports.push(draft);
    if (!isTlsServer(server)) this.#plain.set(port, draft);
    if (isHttpServer(server)) this.#routeNames.add(routes);
  }

  /** Plain HTTP joins plain HTTP; anything else at the same address gives way. */
  #addBesidePlain(merged: MergedServer, port: number, plain: Draft): void {
    const { server, routes } = merged;
    if (server.bind !== plain.bind) {
      const same = this.ports.find((draft) => draft.port === port && draft.bind === server.bind);
      if (same === undefined) this.#open(merged, port);
      else same.servers.push(merged);
      return;
    }
    const canJoin = isHttp(server.protocol) && (plain.isHttp || plain.servers[0]?.server.protocol === server.protocol);
    if (canJoin && routes !== '') plain.servers.push(merged);
  }

  #addBesideTls(merged: MergedServer, port: number): void {
    const { server, routes } = merged;
    if (!isTlsServer(server)) {
      this.#open(merged, port);
      return;
    }
    if (isHttpServer(server)) {
      if (routes === '' || this.#routeNames.has(routes)) return;
      this.#routeNames.add(routes);
    }
    const binds = this.#binds.get(port) ?? new Set<string>();
    this.#binds.set(port, binds.add(server.bind));
    const same = this.ports.find((draft) => draft.port === port && draft.bind === server.bind && !draft.isHttp);
    if (same === undefined) this.ports.push({ port, bind: server.bind, isHttp: false, servers: [merged] });
    else same.servers.push(merged);
  }
}

/** Without the namespaces in front. */
function namesOf({ hosts }: Server): readonly string[] {
  return [...new Set(hosts.map((host) => host.slice(host.indexOf('/') + 1)))].sort(compareText);
}

/** Source: istio/istio:pilot/pkg/model/gateway.go gatewayRDSRouteName. */
function routesName(server: Server, podPort: number): string {
  const bind = server.bind === '' ? '' : `.${server.bind}`;
  if (isHttp(server.protocol)) return `http.${podPort}${bind}`;
  if (server.protocol !== 'HTTPS' || isPassthrough(server)) return '';
  return `https.${server.port}.${server.portName}.${server.gatewayName}.${server.gatewayNamespace}${bind}`;
}

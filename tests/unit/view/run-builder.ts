// Builds traces by hand, with the same typed writer as the engine: for view models that must not depend on how the engine behaves today.

import type { AnyEntityId, Context, RecordId } from '../../../src/kernel/index.ts';
import {
  record,
  Trace,
  type EntityName,
  type Fields,
  type RecordKind,
  type WireMessage,
} from '../../../src/trace/index.ts';

export const NONE = -1 as AnyEntityId & RecordId; // "none", for entities and records alike

export class RunBuilder {
  readonly trace = new Trace();
  readonly #entities: EntityName[] = [];
  readonly #context = { now: 0, self: NONE, sink: this.trace, cause: NONE };

  constructor() {
    this.trace.bindEntities(
      () => this.#entities.length,
      () => this.#entities,
    );
  }

  entity(path: string): AnyEntityId {
    return (this.#entities.push({ path, type: path.slice(0, path.indexOf('/')) }) - 1) as AnyEntityId; // numbered like a world's
  }

  get now(): number {
    return this.#context.now;
  }

  /** What is written from here on happens `span` microseconds later. */
  wait(span: number): this {
    this.#context.now += span;
    return this;
  }

  write<K extends RecordKind>(
    kind: K,
    fields: Fields<K>,
    options: { readonly duration?: number; readonly cause?: RecordId } = {},
  ): RecordId {
    this.#context.cause = (options.cause ?? NONE) as typeof NONE; // a record's number or none
    return record(this.#context as unknown as Context, kind, fields, options.duration ?? 0); // only what `record` reads
  }

  node(name: string, zone: string): Machine {
    const node = this.entity(`node/${name}`);
    this.write('node', { node, name, zone, kubelet: 'v1.34.0' });
    const netns = this.entity(`netns/${name}`);
    this.write('netns', { netns, pod: NONE, node, address: `172.18.0.${node + 2}` });
    const kubelet = this.entity(`process/${name}/kubelet`);
    this.write('process', { process: kubelet, netns, program: 'kubelet', event: 'started', detail: '' });
    return { node, netns, name, kubelet };
  }

  pod(name: string, options: PodOptions): BuiltPod {
    const { workload, node, containers = ['app'], namespace = 'shop', proxy } = options;
    const pod = this.entity(`pod/${namespace}/${name}`);
    const base = { pod, namespace, name, workload, address: '' };
    const cause = this.write('pod', { ...base, node: NONE, phase: 'Pending', ready: false });
    this.wait(100).write('pod', { ...base, node: node.node, phase: 'Pending', ready: false }, { cause });
    const netns = this.entity(`netns/${namespace}/${name}`);
    const address = `10.244.${node.node}.${netns}`;
    this.wait(200).write('netns', { netns, pod, node: node.node, address });
    const processes = new Map<string, AnyEntityId>();
    for (const container of containers) {
      const program =
        container === 'istio-proxy' ? 'envoy' : container === 'istio-init' ? 'init' : (options.program ?? 'app');
      const process = this.entity(`process/${namespace}/${name}/${container}`);
      const role = container === 'istio-init' ? 'init' : container === 'istio-proxy' ? 'sidecar' : 'app';
      this.write('container', {
        pod,
        name: container,
        role,
        state: 'waiting',
        reason: 'ContainerCreating',
        exitCode: 0,
        restarts: 0,
        process: NONE,
      });
      this.wait(500).write('container', {
        pod,
        name: container,
        role,
        state: 'running',
        reason: '',
        exitCode: 0,
        restarts: 0,
        process,
      });
      this.write('process', { process, netns, program, event: 'started', detail: '' });
      if (role === 'init')
        this.wait(100).write('container', {
          pod,
          name: container,
          role,
          state: 'terminated',
          reason: 'Completed',
          exitCode: 0,
          restarts: 0,
          process,
        });
      processes.set(container, process);
    }
    if (proxy !== undefined) this.capture(netns, proxy);
    const envoy = processes.get('istio-proxy');
    if (envoy !== undefined && options.listens === undefined) this.capture(netns, envoy, [15001, 15006]);
    const listener = envoy ?? processes.get(containers[0] ?? '') ?? NONE;
    for (const port of options.listens ?? []) this.write('listener', { process: listener, netns, port, open: true });
    this.wait(300).write('pod', { ...base, node: node.node, phase: 'Running', ready: true, address }, { cause });
    return {
      pod,
      netns,
      name,
      address,
      app: processes.get('app') ?? processes.get(containers[0] ?? '') ?? NONE,
      proxy: envoy ?? proxy ?? NONE,
      node,
      base: { ...base, address },
    };
  }

  /** A machine that is no node. */
  machine(name: string, address: string): End {
    const netns = this.entity(`netns/${name}`);
    const machine = this.entity(`node/${name}`);
    this.write('node', { node: machine, name, zone: '', kubelet: '' });
    this.write('netns', { netns, pod: NONE, node: machine, address });
    const process = this.entity(`process/${name}/curl`);
    this.write('process', { process, netns, program: 'curl', event: 'started', detail: '' });
    return { process, netns, address };
  }

  capture(netns: AnyEntityId, process: AnyEntityId, ports: readonly number[] = [15001, 15006, 15008]): void {
    this.write('rules', { netns, set: 'istio', rules: 6 });
    for (const port of ports) this.write('listener', { process, netns, port, open: true });
  }

  /** A connection from SYN to established; `tls` adds the handshake. */
  connect(options: ConnectOptions): BuiltConnection {
    const { from, to, link, span } = options;
    const connection = this.entity(`socket/${from.process}/${this.trace.length}`);
    const opened = this.write(
      'connection',
      {
        connection,
        process: from.process,
        client: from.netns,
        server: to.netns,
        source: `${from.address}:40000`,
        destination: `${to.address}:${to.port}`,
        dialled: options.dialled ?? `${to.address}:${to.port}`,
        link,
      },
      { cause: options.cause ?? NONE },
    );
    const built = { connection, span, opened };
    this.send(built, { toServer: true, message: { layer: 'tcp', flag: 'SYN' } });
    if (to.process === NONE) {
      this.send(built, { toServer: false, message: { layer: 'tcp', flag: 'RST' } });
      this.write(
        'failed',
        { connection, reason: 'ECONNREFUSED', detail: `nobody listens on ${to.port}` },
        { cause: opened },
      );
      return built;
    }
    this.write('accepted', { connection, process: to.process, netns: to.netns, port: to.port });
    this.send(built, { toServer: false, message: { layer: 'tcp', flag: 'SYN-ACK' } });
    this.send(built, { toServer: true, message: { layer: 'tcp', flag: 'ACK' } });
    if (options.identities === undefined) return built;
    const [client, server] = options.identities;
    this.send(built, { toServer: true, message: { layer: 'tls', flight: [{ name: 'ClientHello', alpn: ['h2'] }] } });
    this.send(built, {
      toServer: false,
      message: {
        layer: 'tls',
        flight: [
          { name: 'ServerHello' },
          { name: 'EncryptedExtensions', alpn: ['h2'] },
          { name: 'CertificateRequest' },
          { name: 'Certificate', san: [server] },
          { name: 'CertificateVerify' },
          { name: 'Finished' },
        ],
      },
    });
    this.write('secured', { connection, alpn: 'h2', sni: '', client, server });
    this.send(built, {
      toServer: true,
      message: {
        layer: 'tls',
        flight: [{ name: 'Certificate', san: [client] }, { name: 'CertificateVerify' }, { name: 'Finished' }],
      },
    });
    return built;
  }

  /** One packet; time goes on to its arrival. */
  send(
    connection: BuiltConnection,
    packet: {
      readonly toServer: boolean;
      readonly message: WireMessage;
      readonly request?: RecordId;
      readonly encrypted?: boolean;
    },
  ): RecordId {
    const { toServer, message, request = NONE, encrypted = false } = packet;
    const id = this.write(
      'packet',
      { connection: connection.connection, toServer, message, request, stream: 0, encrypted },
      { duration: connection.span, cause: connection.opened },
    );
    this.wait(connection.span);
    return id;
  }

  close(connection: BuiltConnection, how: 'FIN' | 'RST' = 'FIN'): void {
    this.write(
      'closed',
      { connection: connection.connection, how, byServer: how === 'RST', reason: '' },
      { cause: connection.opened },
    );
  }
}

export interface Machine {
  readonly node: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly name: string;
  readonly kubelet: AnyEntityId;
}

export interface PodOptions {
  readonly workload: string;
  readonly node: Machine;
  readonly namespace?: string;
  readonly containers?: readonly string[];
  readonly program?: string;
  /** ztunnel of the node: the pod is enrolled in ambient. */
  readonly proxy?: AnyEntityId;
  /** Ports that its proxy, or else its first container, listens on by itself; a proxy then captures nothing. */
  readonly listens?: readonly number[];
}

export interface BuiltPod {
  readonly pod: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly name: string;
  readonly address: string;
  readonly app: AnyEntityId;
  readonly proxy: AnyEntityId;
  readonly node: Machine;
  readonly base: {
    readonly pod: AnyEntityId;
    readonly namespace: string;
    readonly name: string;
    readonly workload: string;
    readonly address: string;
  };
}

interface End {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly address: string;
}

export interface ConnectOptions {
  readonly from: End;
  readonly to: End & { readonly port: number };
  readonly link: 'loopback' | 'node' | 'network';
  /** One way, microseconds. */
  readonly span: number;
  readonly dialled?: string;
  readonly cause?: RecordId;
  readonly identities?: readonly [client: string, server: string];
}

export interface BuiltConnection {
  readonly connection: AnyEntityId;
  readonly span: number;
  readonly opened: RecordId;
}

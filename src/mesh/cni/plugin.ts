// The istio-cni plugin of a node: a binary that the container runtime calls for every sandbox. It asks the API server whether the pod
// is one for ambient mode and, if so, has the agent enrol it: the sandbox waits. It stays on the node when the agent goes for a
// while, and then fails the sandboxes of ambient pods; pods outside the mesh start as ever. Into pods with a sidecar it writes the
// redirect rules itself, where the installation leaves that to istio-cni.
// Source: istio/istio:cni/pkg/plugin at 1.31. Simplified: its reads from the API server take no time and never fail.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE, NO_RECORD, PersistentMap } from '../../kernel/index.ts';
import type { NetnsId } from '../../host/index.ts';
import { NO_ENTITY } from '../../host/index.ts';
import type { ApiServerId, CniReply, CniRequest, KubeletMessage, StoredObject } from '../../kube/index.ts';
import { apiServerType } from '../../kube/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { recordCause } from '../../trace/index.ts';
import { originOf } from '../origin.ts';
import type { CniSettings } from '../config/index.ts';
import { enrolmentInput, isAmbient, modeLabel } from './enrolment.ts';
import { rulesWrite } from './facts.ts';
import { pluginOptionsOf, redirectRules, takesSidecarRules } from './sidecar-rules.ts';

export interface CniPlugin {
  readonly node: string;
  readonly apiServer: ApiServerId;
  readonly kubelet: EntityId<KubeletMessage>;
  readonly settings: CniSettings;
  /** Who answers on the agent's socket; undefined while nobody does. */
  readonly agent: EntityId<CniRequest> | undefined;
  /** What stands for the pods whose sandboxes it was called for, for records. */
  readonly podEntities: PersistentMap<AnyEntityId>;
}

export type CniPluginMessage =
  | CniRequest
  /** An agent serves, or stops (undefined). */
  | { readonly type: 'agent'; readonly agent: EntityId<CniRequest> | undefined }
  | {
      readonly type: 'write-sidecar-rules';
      readonly pod: StoredObject<PodResource>;
      readonly netns: NetnsId;
      readonly reply: EntityId<CniReply>;
    }
  /** The node's CNI configuration is as it was before the plugin. */
  | { readonly type: 'uninstall' };

export const cniPluginType: EntityType<CniPlugin, CniPluginMessage> = {
  name: 'cni.plugin',
  keys: (plugin) => [plugin.node],
  handle(plugin, message, ctx) {
    switch (message.type) {
      case 'agent':
        return { ...plugin, agent: message.agent };
      case 'uninstall':
        ctx.tell(plugin.kubelet, {
          type: 'cni-plugin',
          agent: ctx.self as EntityId<CniPluginMessage>,
          installed: false,
        });
        return GONE;
      case 'cni-add':
        return add(ctx, plugin, message);
      case 'write-sidecar-rules':
        writeSidecarRules(ctx, message.pod.resource, message.netns);
        ctx.tell(message.reply, { type: 'cni-done', error: undefined });
        return plugin;
      case 'cni-del':
        if (plugin.agent !== undefined) ctx.tell(plugin.agent, message);
        return { ...plugin, podEntities: plugin.podEntities.without(podKey(message.pod)) };
    }
  },
};

function add(ctx: Context, plugin: CniPlugin, message: Extract<CniRequest, { type: 'cni-add' }>): CniPlugin {
  const { pod, podEntity, netns, reply } = message;
  const { settings, agent } = plugin;
  const next: CniPlugin = { ...plugin, podEntities: plugin.podEntities.with(podKey(pod), podEntity) };
  if (settings.ambient && decideEnrolment(ctx, pod, namespaceOf(ctx, plugin.apiServer, pod), podEntity)) {
    if (agent === undefined) ctx.tell(reply, { type: 'cni-done', error: cniError(nobodyThere) });
    else ctx.tell(agent, message);
  } else if (settings.sidecars && takesSidecarRules(pod.resource)) {
    const self = ctx.self as EntityId<CniPluginMessage>;
    ctx.schedule(rulesWrite, self, { type: 'write-sidecar-rules', pod, netns, reply });
  } else ctx.tell(reply, { type: 'cni-done', error: undefined });
  return next;
}

/** What istio-init would have written. */
export function writeSidecarRules(ctx: Context, pod: PodResource, netns: NetnsId): void {
  ctx.tell(netns, { type: 'rules', set: 'istio-cni', rules: redirectRules(pluginOptionsOf(pod)) });
}

const nobodyThere =
  'failed to send event request: dial unix /var/run/istio-cni/pluginevent.sock: connect: connection refused';

/** What the kubelet shows of a sandbox that the plugin failed. */
export function cniError(why: string): string {
  return `plugin type="istio-cni" name="istio-cni" failed (add): istio-cni cmdAdd failed to contact node Istio CNI agent: ${why}`;
}

/** The plugin of a node, put there by its first agent. */
export function ensurePlugin(
  ctx: Context,
  site: Pick<CniPlugin, 'node' | 'apiServer' | 'kubelet' | 'settings'>,
): EntityId<CniPluginMessage> {
  const there = ctx.find(cniPluginType, site.node);
  if (there !== undefined) return there;
  const plugin = ctx.create(cniPluginType, `cni-plugin/${site.node}`, {
    node: site.node,
    apiServer: site.apiServer,
    kubelet: site.kubelet,
    settings: site.settings,
    agent: undefined,
    podEntities: PersistentMap.empty<AnyEntityId>(),
  });
  ctx.tell(site.kubelet, { type: 'cni-plugin', agent: plugin, installed: true });
  return plugin;
}

/** `namespace/name`. */
export function podKey(pod: StoredObject): string {
  const { namespace, name } = pod.resource.metadata;
  return `${namespace}/${name}`;
}

function namespaceOf(ctx: Context, apiServer: ApiServerId, pod: StoredObject): StoredObject | undefined {
  return ctx.read(apiServerType, apiServer)?.objects.byKey.get(`Namespace//${pod.resource.metadata.namespace}`);
}

/**
 * Whether a pod belongs into the ambient mesh, with the record of it: for a new sandbox, and for a running pod whose enrolment
 * changes. It points to the label that counted.
 */
export function decideEnrolment(
  ctx: Context,
  pod: StoredObject<PodResource>,
  namespace: StoredObject | undefined,
  podEntity: AnyEntityId | undefined,
): boolean {
  const input = enrolmentInput(pod, namespace?.resource.metadata.labels ?? {});
  const isWanted = isAmbient(input);
  const isOwn = namespace === undefined || pod.resource.metadata.labels[modeLabel] !== undefined;
  recordCause(ctx, 'decision', {
    point: 'cni.enrolment',
    subject: podEntity ?? NO_ENTITY,
    connection: NO_ENTITY,
    request: NO_RECORD,
    chosen: isWanted ? 'ambient' : 'not in the ambient mesh',
    input,
    configuration: NO_ENTITY,
    origin: originOf(isOwn ? pod : namespace, ['metadata', 'labels']),
  });
  return isWanted;
}

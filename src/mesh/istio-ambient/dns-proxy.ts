// The name server that a ztunnel runs for the pods it serves (AMBIENT_DNS_CAPTURE, which is on): hosts of ServiceEntries it answers from
// the configuration it has, everything else it passes on. It stands before a pod's own resolver from the moment its ztunnel knows of a
// ServiceEntry. Simplified: of Services of the cluster the cluster's DNS speaks itself, as it says the same; the query is no packet, and
// is answered also while no ztunnel serves the pod.
// Source: istio/ztunnel:src/dns/server.rs; istio/istio:manifests/charts/istio-cni/values.yaml ambient.dnsCapture at 1.31.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { NameQuery, NetnsId } from '../../host/index.ts';
import { netnsType } from '../../host/index.ts';
import { dnsLookup } from '../../net/index.ts';
import { record } from '../../trace/index.ts';
import type { AmbientConfiguration } from './configuration.ts';
import { answerDns } from './dns-decision.ts';
import { indexOf, isEntry } from './lookup.ts';

interface DnsProxy {
  /** What it answers from, and where it passes on to. */
  readonly configuration: AmbientConfiguration;
  readonly domain: string;
  /** `namespace/pod` that asks. */
  readonly client: string;
  readonly netns: NetnsId;
  readonly upstream: EntityId<NameQuery>;
}

type DnsMessage =
  | NameQuery
  | { readonly type: 'configuration'; readonly configuration: AmbientConfiguration }
  | { readonly type: 'end' };

const dnsType: EntityType<DnsProxy, DnsMessage> = {
  name: 'ztunnel.dns',
  keys: ({ netns }) => [String(netns)],
  handle(proxy, message, ctx) {
    switch (message.type) {
      case 'query':
        answer(ctx, proxy, message);
        return proxy;
      case 'configuration':
        return { ...proxy, configuration: message.configuration };
      case 'end':
        return GONE;
    }
  },
};

/** Brings a pod's name server up to date; makes it, where there is something for it to answer. */
export function captureDns(
  ctx: Context,
  pod: { readonly key: string; readonly netns: AnyEntityId },
  configuration: AmbientConfiguration,
  domain: string,
): void {
  const known = ctx.find(dnsType, String(pod.netns));
  if (known !== undefined) {
    ctx.tell(known, { type: 'configuration', configuration });
    return;
  }
  const netns = pod.netns as NetnsId; // an enrolled pod's
  const upstream = ctx.read(netnsType, netns)?.resolver;
  if (upstream === undefined || !indexOf(configuration).hasEntries) return;
  const path = `${ctx.pathOf(ctx.self)}/dns/${pod.key}/${netns}`;
  const proxy = ctx.create(dnsType, path, { configuration, domain, client: pod.key, netns, upstream });
  ctx.tell(netns, { type: 'resolver', resolver: proxy });
}

/** The pod is let go: it asks its own resolver again. */
export function releaseDns(ctx: Context, { netns }: { readonly netns: AnyEntityId }): void {
  const proxy = ctx.find(dnsType, String(netns));
  if (proxy === undefined) return;
  const upstream = ctx.read(dnsType, proxy)?.upstream;
  if (upstream !== undefined && ctx.read(netnsType, netns) !== undefined)
    ctx.tell(netns as NetnsId, { type: 'resolver', resolver: upstream });
  ctx.tell(proxy, { type: 'end' });
}

/** Of several addresses one by lot: answers are shuffled, and clients take the first. */
function answer(ctx: Context, { configuration, domain, client, upstream }: DnsProxy, query: NameQuery): void {
  const { name, asker } = query;
  const decision = answerDns(configuration, { client, name, type: 'A' }, { domain, preferredNamespace: '' });
  if (decision.kind === 'forward' || !isEntry(decision.service)) {
    ctx.tell(upstream, query);
    return;
  }
  const addresses = decision.records.filter(({ type }) => type === 'A').map(({ value }) => value);
  const address = addresses.length > 1 ? addresses[ctx.draw('choice', addresses.length)] : addresses[0];
  const wait = ctx.span(dnsLookup);
  ctx.cause = record(ctx, 'dns', { process: asker, name, answer: address ?? 'NXDOMAIN' }, wait);
  ctx.scheduleAt(dnsLookup, wait, asker, { type: 'resolved', name, address });
}

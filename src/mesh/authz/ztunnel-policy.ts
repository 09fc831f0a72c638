// An authorization policy as a ztunnel holds it. Field names and nesting are those of the workload API, so that a dump reads
// like the real one: groups are OR-ed, the rules of a group AND-ed, the matches of a rule OR-ed, the fields of a match AND-ed.
// Source: istio/istio:pkg/workloadapi/security/authorization.proto at 1.31.
import type { MaybeOrigin } from '../../trace/index.ts';
import type { IpBlock } from './ip-block.ts';
import { bytesOfIp } from './ip-block.ts';

export interface ZtunnelPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly scope: 'GLOBAL' | 'NAMESPACE' | 'WORKLOAD_SELECTOR';
  readonly action: 'ALLOW' | 'DENY';
  readonly groups: readonly ZtunnelGroup[];
  /** The manifest behind it; empty for the policy istiod makes up itself. Not part of the workload API. */
  readonly origin: MaybeOrigin;
  /** Fields of the manifest that were left out because a ztunnel reads no HTTP. Not part of the workload API. */
  readonly httpFields: readonly string[];
}

/** One rule of the manifest. Without rules it matches everything. */
export interface ZtunnelGroup {
  readonly rules: readonly ZtunnelRule[];
  readonly origin: MaybeOrigin;
}

/** `from`, `to` or one `when` of a rule. */
export interface ZtunnelRule {
  readonly matches: readonly ZtunnelMatch[];
}

/** A field is absent when the manifest says nothing of it. A match without any field matches nothing. */
export interface ZtunnelMatch {
  readonly namespaces?: readonly StringMatch[];
  readonly notNamespaces?: readonly StringMatch[];
  readonly serviceAccounts?: readonly ServiceAccountMatch[];
  readonly notServiceAccounts?: readonly ServiceAccountMatch[];
  readonly principals?: readonly StringMatch[];
  readonly notPrincipals?: readonly StringMatch[];
  readonly sourceIps?: readonly IpBlock[];
  readonly notSourceIps?: readonly IpBlock[];
  readonly destinationIps?: readonly IpBlock[];
  readonly notDestinationIps?: readonly IpBlock[];
  readonly destinationPorts?: readonly number[];
  readonly notDestinationPorts?: readonly number[];
}

export type StringMatch =
  | { readonly exact: string }
  | { readonly prefix: string }
  | { readonly suffix: string }
  /** Anything but the empty text. */
  | { readonly presence: Readonly<Record<string, never>> };

export interface ServiceAccountMatch {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** `namespace/name`: how a workload names the policies that select it. */
export function policyKey(policy: Pick<ZtunnelPolicy, 'namespace' | 'name'>): string {
  return `${policy.namespace}/${policy.name}`;
}

/** The policy as protobuf's JSON form writes it: defaults left out, addresses in base64. */
export function workloadApiJson(policy: ZtunnelPolicy): object {
  return {
    name: policy.name,
    namespace: policy.namespace,
    ...(policy.scope === 'GLOBAL' ? {} : { scope: policy.scope }),
    ...(policy.action === 'ALLOW' ? {} : { action: policy.action }),
    ...(policy.groups.length === 0
      ? {}
      : { groups: policy.groups.map(({ rules }) => (rules.length === 0 ? {} : { rules: rules.map(ruleJson) })) }),
  };
}

function ruleJson(rule: ZtunnelRule): object {
  const matches = rule.matches.map(
    (match) =>
      Object.fromEntries(
        Object.entries(match).map(([field, values]) => [
          field,
          field.endsWith('Ips') ? (values as readonly IpBlock[]).map(blockJson) : (values as readonly unknown[]),
        ]),
      ), // fields named Ips hold blocks
  );
  return { matches };
}

function blockJson(block: IpBlock): object {
  return { address: base64(bytesOfIp(block.address) ?? []), ...(block.length === 0 ? {} : { length: block.length }) };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.slice(at, at + 3);
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += alphabet.charAt(word >> 18) + alphabet.charAt((word >> 12) & 63);
    text += b === undefined ? '=' : alphabet.charAt((word >> 6) & 63);
    text += c === undefined ? '=' : alphabet.charAt(word & 63);
  }
  return text;
}

// Names and identities the cluster makes up: template hashes, random suffixes, uids. All come out the same for the same seed.
import type { Context } from '../../kernel/index.ts';
import { hashText } from '../../kernel/index.ts';
import type { PodTemplateSpec } from '../../manifests/index.ts';

/** The condition of a pod that somebody sends away: an eviction, a taint, the collector of orphans. */
export const DISRUPTED = 'DisruptionTarget';
/** Which template a pod of a StatefulSet or DaemonSet was made from. */
export const REVISION_LABEL = 'controller-revision-hash';

/** No vowels, no look-alikes. Source: kubernetes/apimachinery@v0.34: pkg/util/rand/rand.go. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five random characters, as the API server appends to a generateName. Drawn from the running entity's stream. */
export function randomSuffix(ctx: Context): string {
  let suffix = '';
  for (let index = 0; index < 5; index += 1) suffix += alphabet.charAt(ctx.draw('name', alphabet.length));
  return suffix;
}

const hashes = new WeakMap<PodTemplateSpec, string>();

/** A template's hash as it stands in names of ReplicaSets and pods: equal templates, equal hash, whatever their order of keys. */
export function templateHash(template: PodTemplateSpec): string {
  let hash = hashes.get(template);
  if (hash === undefined) hashes.set(template, (hash = safeEncode(String(hashText(canonical(template)) >>> 0))));
  return hash;
}

/** Kubernetes' SafeEncodeString: every character is replaced by one of the safe alphabet. */
function safeEncode(text: string): string {
  return text.replaceAll(/./g, (character) => alphabet.charAt(character.charCodeAt(0) % alphabet.length));
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter((entry) => entry[1] !== undefined);
  entries.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`).join(',')}}`;
}

/** A uid in the usual form, made from what names the object for ever. */
export function uidOf(key: string, incarnation: number): string {
  const name = `${key}#${incarnation}`;
  const word = (salt: number): string => (hashText(name, salt) >>> 0).toString(16).padStart(8, '0');
  const digits = word(1) + word(2) + word(3) + word(4);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

// VirtualServices in pieces: a rule of a root that delegates is replaced by the delegate's rules, narrowed by the root's conditions.
// Rules whose conditions contradict are left out. Source: istio/istio:pilot/pkg/model/virtualservice.go MergeHTTPRoutes at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { HTTPMatchRequest, ResourceOf, StringMatch, VirtualServiceHTTPRoute } from '../../manifests/index.ts';
import type { WrittenRule } from '../routing/index.ts';
import { rulesOf } from '../routing/index.ts';
import { isVisibleTo } from './visibility.ts';

type VirtualService = StoredObject<ResourceOf<'VirtualService'>>;

export function rulesWithDelegates(root: VirtualService, all: readonly VirtualService[]): readonly WrittenRule[] {
  return rulesOf(root).flatMap((written): readonly WrittenRule[] => {
    const { delegate } = written.rule;
    if (delegate === undefined) return [written];
    const home = root.resource.metadata.namespace;
    const target = all.find(
      ({ resource: { metadata, spec } }) =>
        (spec.hosts ?? []).length === 0 &&
        metadata.name === delegate.name &&
        metadata.namespace === (delegate.namespace ?? home) &&
        isVisibleTo({ namespace: metadata.namespace, exportTo: spec.exportTo ?? [] }, home),
    );
    if (target === undefined) return [];
    return rulesOf(target).flatMap((own): readonly WrittenRule[] => {
      const rule = merged(written.rule, own.rule);
      return rule === undefined ? [] : [{ ...own, rule }];
    });
  });
}

/** What the delegate leaves unsaid is as the root says. */
function merged(root: VirtualServiceHTTPRoute, own: VirtualServiceHTTPRoute): VirtualServiceHTTPRoute | undefined {
  const match = mergedMatches(root.match ?? [], own.match ?? []);
  if (match === undefined) return undefined;
  const { delegate: _, match: __, name: rootName, route: ___, redirect: ____, ...inherited } = root;
  const name = joinedName(rootName, own.name);
  return { ...inherited, ...own, match, ...(name === undefined ? {} : { name }) };
}

function joinedName(root: string | undefined, own: string | undefined): string | undefined {
  if (own === undefined || own === '') return root;
  return root === undefined || root === '' ? own : `${root}-${own}`;
}

/** Undefined: one of the delegate's conditions fits none of the root's. */
function mergedMatches(
  roots: readonly HTTPMatchRequest[],
  own: readonly HTTPMatchRequest[],
): readonly HTTPMatchRequest[] | undefined {
  if (roots.length === 0) return own;
  if (own.length === 0) return roots;
  const result: HTTPMatchRequest[] = [];
  for (const leaf of own) {
    const fitting = roots.filter((root) => !contradicts(root, leaf));
    if (fitting.length === 0) return undefined;
    result.push(...fitting.map((root) => mergedMatch(root, leaf)));
  }
  return result;
}

function mergedMatch(root: HTTPMatchRequest, leaf: HTTPMatchRequest): HTTPMatchRequest {
  const name = joinedName(root.name, leaf.name);
  const gateways = (leaf.gateways ?? []).length > 0 ? leaf.gateways : root.gateways;
  return {
    ...root,
    ...leaf,
    ...(name === undefined ? {} : { name }),
    ...(gateways === undefined ? {} : { gateways }),
    headers: { ...root.headers, ...leaf.headers },
    withoutHeaders: { ...root.withoutHeaders, ...leaf.withoutHeaders },
    queryParams: { ...root.queryParams, ...leaf.queryParams },
    sourceLabels: { ...root.sourceLabels, ...leaf.sourceLabels },
  };
}

function contradicts(root: HTTPMatchRequest, leaf: HTTPMatchRequest): boolean {
  const fields = ['uri', 'scheme', 'method', 'authority'] as const;
  const tables = ['headers', 'withoutHeaders', 'queryParams'] as const;
  return (
    fields.some((field) => isOutside(root[field], leaf[field])) ||
    tables.some((table) =>
      Object.entries(leaf[table] ?? {}).some(([key, wanted]) => isOutside(root[table]?.[key], wanted)),
    ) ||
    (root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false) ||
    differs(root.port ?? 0, leaf.port ?? 0) ||
    ((root.sourceNamespace ?? '') !== '' && root.sourceNamespace !== (leaf.sourceNamespace ?? '')) ||
    Object.entries(leaf.sourceLabels ?? {}).some(([key, value]) => (root.sourceLabels?.[key] ?? value) !== value) ||
    hasOtherGateways(root.gateways ?? [], leaf.gateways ?? [])
  );
}

function differs(root: number, leaf: number): boolean {
  return root > 0 && leaf > 0 && root !== leaf;
}

function hasOtherGateways(root: readonly string[], leaf: readonly string[]): boolean {
  return root.length > 0 && leaf.some((gateway) => !root.includes(gateway));
}

/** Whether the leaf wants something the root does not. Expressions are not compared: beside one nothing else may stand. */
function isOutside(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (root === undefined || leaf === undefined) return false;
  const isSet = (text: string | undefined): text is string => text !== undefined && text !== '';
  if (isSet(root.regex) || isSet(leaf.regex)) return true;
  if (isSet(root.exact)) return isSet(leaf.prefix) || leaf.exact !== root.exact;
  if (!isSet(root.prefix)) return true;
  const wanted = isSet(leaf.prefix) ? leaf.prefix : leaf.exact;
  return wanted === undefined || !wanted.startsWith(root.prefix);
}

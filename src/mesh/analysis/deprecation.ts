// Fields and kinds that are on their way out, and conditions in a status that say no.
// Source: istio/istio:pkg/config/analysis/analyzers/{deprecation,conditions} at 1.31.
import type { AnalyzedKind, Analyzer } from './context.ts';
import { get, list, number, text } from './fields.ts';

const removedGroup = 'rbac.istio.io';
const removedKinds: readonly string[] = ['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding'];

const deprecated: Analyzer = {
  name: 'deprecation.FieldAnalyzer',
  analyze: (context) => {
    for (const virtualService of context.of('VirtualService')) {
      for (const [at, rule] of list(virtualService.object, 'spec', 'http').entries()) {
        if ((number(rule, 'fault', 'delay', 'percent') ?? 0) <= 0) continue;
        const params = { field: 'fault.delay.percent', replacement: 'fault.delay.percentage' };
        context.report('field-replaced', virtualService, params, ['spec', 'http', at, 'fault', 'delay']);
      }
    }
    for (const sidecar of context.of('Sidecar')) {
      const place = ['spec', 'outboundTrafficPolicy', 'egressProxy'];
      if (get(sidecar.object, ...place) === undefined) continue;
      context.report('field-ignored', sidecar, { field: 'outboundTrafficPolicy.egressProxy' }, place);
    }
    for (const definition of context.of('CustomResourceDefinition')) {
      const group = text(definition.object, 'spec', 'group');
      const kind = text(definition.object, 'spec', 'names', 'kind');
      if (group === removedGroup && removedKinds.includes(kind))
        context.report('kind-removed', definition, { group, kind });
    }
  },
};

const routeConditions = { types: ['Accepted', 'Programmed', 'ResolvedRefs'], perParent: true };
const waypointBound = { types: ['istio.io/WaypointBound'], perParent: false };

/** The conditions that are bad news when they are False. */
const watched: readonly (readonly [
  AnalyzedKind,
  { readonly types: readonly string[]; readonly perParent: boolean },
])[] = [
  ['Service', waypointBound],
  ['ServiceEntry', waypointBound],
  ['WorkloadEntry', waypointBound],
  ['AuthorizationPolicy', { types: ['ZtunnelAccepted', 'WaypointAccepted'], perParent: false }],
  ['KubernetesGateway', { ...routeConditions, perParent: false }],
  ['HTTPRoute', routeConditions],
  ['GRPCRoute', routeConditions],
];

const conditions: Analyzer = {
  name: 'conditions.ConditionAnalyzer',
  analyze: (context) => {
    for (const [kind, { types, perParent }] of watched) {
      for (const object of context.of(kind)) {
        const holders = perParent ? list(object.object, 'status', 'parents') : [get(object.object, 'status')];
        for (const condition of holders.flatMap((holder) => list(holder, 'conditions'))) {
          const type = text(condition, 'type');
          const reason = text(condition, 'reason');
          const isNegative = types.includes(type) && text(condition, 'status') === 'False';
          // Said as True, though a part of the policy has no effect.
          const isPartial =
            kind === 'AuthorizationPolicy' && type === 'WaypointAccepted' && reason === 'PartiallyInvalid';
          if (isNegative || isPartial)
            context.report('condition-negative', object, { type, reason, message: text(condition, 'message') });
        }
      }
    }
  },
};

export const deprecationAnalyzers: readonly Analyzer[] = [conditions, deprecated];

// An env's Helm values, mesh configuration and injector configuration, as the injector reads them.
import * as v from 'valibot';
import type { LabelSelector } from '../../../manifests/index.ts';
import type { InjectionValues, InjectorConfig } from '../../../mesh/index.ts';
import { defaultInjectionValues } from '../../../mesh/index.ts';
import type { Env } from './environment.ts';
import { field, meshConfigOf } from './environment.ts';

export function injectionValuesOf(env: Env): InjectionValues {
  const helm = helmValuesOf(env);
  const base = defaultInjectionValues;
  const text = (path: string, fallback: string): string => helm.get(path) ?? fallback;
  const number = (path: string, fallback: number): number => Number(helm.get(path) ?? fallback);
  const defaultConfig = field(meshConfigOf(env), 'defaultConfig');
  const metadata = field(defaultConfig, 'proxyMetadata');
  const merges = field(meshConfigOf(env), 'enablePrometheusMerge');
  const provider = helm.get('cni.provider') ?? helm.get('pilot.cni.provider');
  const hasCni = helm.get('components.cni.enabled') === 'true' || helm.get('pilot.cni.enabled') === 'true';
  const pull = text('global.imagePullPolicy', '');
  return {
    revision: base.revision,
    cni: !hasCni ? 'none' : provider === 'multus' ? 'multus' : 'chained',
    interceptionMode: interceptionModeOf(field(defaultConfig, 'interceptionMode')),
    statusPort: number('global.proxy.statusPort', base.statusPort),
    readiness: {
      initialDelaySeconds: number('global.proxy.readinessInitialDelaySeconds', base.readiness.initialDelaySeconds),
      periodSeconds: number('global.proxy.readinessPeriodSeconds', base.readiness.periodSeconds),
      failureThreshold: number('global.proxy.readinessFailureThreshold', base.readiness.failureThreshold),
    },
    holdApplicationUntilProxyStarts: helm.get('global.proxy.holdApplicationUntilProxyStarts') === 'true',
    rewriteAppHTTPProbe: helm.get('sidecarInjectorWebhook.rewriteAppHTTPProbe') !== 'false',
    mergesPrometheus: merges !== false,
    includeIPRanges: text('global.proxy.includeIPRanges', base.includeIPRanges),
    excludeIPRanges: text('global.proxy.excludeIPRanges', base.excludeIPRanges),
    includeInboundPorts: text('global.proxy.includeInboundPorts', base.includeInboundPorts),
    excludeInboundPorts: text('global.proxy.excludeInboundPorts', base.excludeInboundPorts),
    includeOutboundPorts: text('global.proxy.includeOutboundPorts', base.includeOutboundPorts),
    excludeOutboundPorts: text('global.proxy.excludeOutboundPorts', base.excludeOutboundPorts),
    imagePullPolicy: pull === 'Always' || pull === 'Never' ? pull : base.imagePullPolicy,
    network: text('global.network', base.network),
    proxyMetadata: textsOf(metadata),
  };
}

/** `values.a.b=c` by `a.b`; components keep their prefix. */
function helmValuesOf(env: Env): ReadonlyMap<string, string> {
  return new Map(
    (env.helmSet ?? []).map((setting) => {
      const equals = setting.indexOf('=');
      return [setting.slice(0, equals).replace(/^values\./, ''), setting.slice(equals + 1)];
    }),
  );
}

/** By name, by Go's name of the constant, or by its number. */
function interceptionModeOf(value: unknown): string {
  if (value === 1) return 'TPROXY';
  const name = typeof value === 'string' ? value.replace(/^.*_/, '') : '';
  return name === '' ? defaultInjectionValues.interceptionMode : name;
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const read = v.safeParse(v.record(v.string(), v.string()), value);
  return read.success ? read.output : {};
}

const texts = v.record(v.string(), v.string());
const expression = v.object({
  key: v.string(),
  operator: v.picklist(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: v.optional(v.array(v.string()), []),
});
/** A text alone asks for a label of that name. */
const selector = v.union([
  v.pipe(
    v.string(),
    v.transform((key): LabelSelector => ({ matchExpressions: [{ key, operator: 'Exists' }] })),
  ),
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.transform((object) => ({
      matchLabels: field(object, 'matchLabels') ?? {},
      matchExpressions: field(object, 'matchExpressions') ?? [],
    })),
    v.object({ matchLabels: texts, matchExpressions: v.array(expression) }),
  ),
]);

/** Undefined: the installation's own. Throws when it cannot be read. */
export function injectorConfigOf(env: Env): InjectorConfig | undefined {
  if (env.injector === undefined) return undefined;
  const schema = v.object({
    policy: v.optional(v.string(), 'enabled'),
    neverInjectSelector: v.optional(v.array(selector), []),
    alwaysInjectSelector: v.optional(v.array(selector), []),
  });
  return v.parse(schema, env.injector);
}

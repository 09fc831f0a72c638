// Telemetry resources: one for each pod, with a provider that is there.
// Source: istio/istio:pkg/config/analysis/analyzers/telemetry at 1.31.
import type { AnalysisObject, Analyzer } from './context.ts';
import { grouped, namesOf } from './context.ts';
import { get, list, text, textMap } from './fields.ts';
import { firstKey, isEmpty, type Labels, selects, selectorText } from './labels.ts';

/** Logs that name no provider go to the mesh's default ones; without any they go nowhere. */
const providers: Analyzer = {
  name: 'telemetry.ProviderAnalyzer',
  analyze: (context) => {
    if (list(context.meshConfig('defaultProviders'), 'accessLogging').length > 0) return;
    for (const telemetry of context.of('Telemetry')) {
      for (const [at, logging] of list(telemetry.object, 'spec', 'accessLogging').entries()) {
        if (get(logging, 'disabled') === true || list(logging, 'providers').length > 0) continue;
        context.report('telemetry-without-provider', telemetry, {}, ['spec', 'accessLogging', at]);
      }
    }
  },
};

const deprecatedProviders: Analyzer = {
  name: 'telemetry.LightstepAnalyzer',
  analyze: (context) => {
    const lightstep = list(context.meshConfig('extensionProviders'))
      .filter((provider) => get(provider, 'lightstep') !== undefined)
      .map((provider) => text(provider, 'name'));
    for (const telemetry of context.of('Telemetry')) {
      for (const [at, tracing] of list(telemetry.object, 'spec', 'tracing').entries()) {
        for (const [index, item] of list(tracing, 'providers').entries()) {
          const provider = text(item, 'name');
          const place = ['spec', 'tracing', at, 'providers', index];
          if (lightstep.includes(provider)) context.report('provider-deprecated', telemetry, { provider }, place);
        }
      }
    }
  },
};

function selectorOf(telemetry: AnalysisObject): Labels {
  return textMap(telemetry.object, 'spec', 'selector', 'matchLabels');
}

const selectors: Analyzer = {
  name: 'telemetry.SelectorAnalyzer',
  analyze: (context) => {
    const selecting = context.of('Telemetry').filter((telemetry) => !isEmpty(selectorOf(telemetry)));
    const pods = context.of('Pod');
    const isSelected = (pod: AnalysisObject, telemetry: AnalysisObject): boolean =>
      pod.metadata.namespace === telemetry.metadata.namespace && selects(selectorOf(telemetry), pod.metadata.labels);
    for (const telemetry of selecting) {
      if (pods.some((pod) => isSelected(pod, telemetry))) continue;
      const selector = selectorOf(telemetry);
      const place = ['spec', 'selector', 'matchLabels', ...firstKey(selector)];
      context.report('no-pod-selected', telemetry, { selector: selectorText(selector) }, place);
    }
    for (const pod of pods) {
      const own = selecting.filter((telemetry) => isSelected(pod, telemetry));
      if (own.length < 2) continue;
      for (const telemetry of own)
        context.report('telemetries-conflict', telemetry, { telemetries: namesOf(own), pod: pod.metadata.name });
    }
  },
};

const defaults: Analyzer = {
  name: 'telemetry.DefaultSelectorAnalyzer',
  analyze: (context) => {
    const forAll = context.of('Telemetry').filter(({ object }) => get(object, 'spec', 'selector') === undefined);
    for (const [namespace, own] of grouped(forAll, ({ metadata }) => metadata.namespace)) {
      if (own.length < 2) continue;
      for (const telemetry of own)
        context.report('telemetries-without-selector', telemetry, { telemetries: namesOf(own), namespace });
    }
  },
};

export const telemetryAnalyzers: readonly Analyzer[] = [providers, selectors, defaults, deprecatedProviders];

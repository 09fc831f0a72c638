// EnvoyFilters: patches that never take effect, or only as long as others come first.
// Source: istio/istio:pkg/config/analysis/analyzers/envoyfilter at 1.31.
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { get, list, number, text } from './fields.ts';

export const envoyFilterAnalyzer: Analyzer = {
  name: 'envoyfilter.EnvoyPatchAnalyzer',
  analyze: (context) => {
    /** Filters that some patch before has put in or changed for one version of the proxy only. */
    const ofVersion = new Set<string>();
    for (const filter of context.of('EnvoyFilter')) checkPatches(context, filter, ofVersion);
  },
};

/** Patches of whole route configurations and of routes are merges and nothing else. */
const mergedOnly: readonly string[] = ['ROUTE_CONFIGURATION', 'HTTP_ROUTE'];
const replaceable: readonly string[] = ['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST'];

function checkPatches(context: AnalysisContext, filter: AnalysisObject, ofVersion: Set<string>): void {
  const hasPriority = (number(filter.object, 'spec', 'priority') ?? 0) !== 0;
  for (const [at, config] of list(filter.object, 'spec', 'configPatches').entries()) {
    if (get(config, 'patch') === undefined) return;
    const applyTo = text(config, 'applyTo');
    const name = nameOf(config);
    const place = ['spec', 'configPatches', at, 'patch'];
    const checkOrder = (): void => {
      if (hasPriority) return;
      const key = ofVersion.has(name) ? 'relative-operation-of-version' : 'relative-operation';
      context.report(key, filter, {}, place);
    };
    switch (text(config, 'patch', 'operation')) {
      case 'ADD':
        if (mergedOnly.includes(applyTo)) context.report('add-not-possible', filter, {}, place);
        break;
      case 'REMOVE':
        if (mergedOnly.includes(applyTo)) context.report('remove-not-possible', filter, {}, place);
        else checkOrder();
        break;
      case 'REPLACE':
        if (replaceable.includes(applyTo)) checkOrder();
        else context.report('replace-not-possible', filter, {}, place);
        break;
      case 'INSERT_BEFORE':
      case 'INSERT_AFTER':
        checkOrder();
        break;
    }
    if (text(config, 'match', 'proxy', 'proxyVersion') !== '') ofVersion.add(name);
  }
}

/**
 * The filter that a patch is about: what it is called in its value, else in the match. A patch without a value has none. As
 * upstream compares them, a name of a value and the same name of a match are two.
 */
function nameOf(config: unknown): string {
  const value = get(config, 'patch', 'value');
  if (value === undefined) return '';
  const name = text(value, 'name');
  return name === '' ? text(config, 'match', 'listener', 'filterChain', 'filter', 'name') : `value ${name}`;
}

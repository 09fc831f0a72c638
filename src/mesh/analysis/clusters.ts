// Meshes of several clusters: their networks, and Services that are not the same everywhere.
// Source: istio/istio:pkg/config/analysis/analyzers/multicluster at 1.31.
import type { AnalysisObject, Analyzer } from './context.ts';
import { byCodeUnits, fullName, grouped, istioNamespace, joined } from './context.ts';
import { entries, list, text } from './fields.ts';

const registries: readonly string[] = ['Mock', 'Kubernetes', 'External'];

const networks: Analyzer = {
  name: 'multicluster.MeshNetworksAnalyzer',
  analyze: (context) => {
    const joinedClusters = context
      .of('Secret')
      .filter(({ metadata }) => metadata.labels['istio/multiCluster'] === 'true')
      .flatMap(({ object }) => [...entries(object, 'data'), ...entries(object, 'stringData')].map(([name]) => name));
    const known = new Set([...registries, ...joinedClusters]);
    const origin: AnalysisObject = {
      group: '',
      kind: 'MeshNetworks',
      metadata: { name: 'meshnetworks', namespace: istioNamespace, labels: {}, annotations: {} },
      object: context.input.mesh.networks,
    };
    for (const [network, value] of entries(context.input.mesh.networks, 'networks')) {
      for (const [at, endpoint] of list(value, 'endpoints').entries()) {
        const registry = text(endpoint, 'fromRegistry');
        if (registry === '' || known.has(registry)) continue;
        const place = ['networks', network, 'endpoints', at];
        context.report('registry-unknown', origin, { registry, network }, place);
      }
    }
  },
};

/** A Service of one name is one Service for all clusters of a mesh. */
const services: Analyzer = {
  name: 'multicluster.ServiceAnalyzer',
  analyze: (context) => {
    const { otherClusters } = context.input;
    if (otherClusters === undefined) return;
    const all = [...otherClusters].flatMap(([cluster, objects]) =>
      objects.filter(({ group, kind }) => group === '' && kind === 'Service').map((service) => ({ cluster, service })),
    );
    const everywhere = [...context.of('Service').map((service) => ({ cluster: 'default', service })), ...all];
    for (const [name, same] of grouped(everywhere, ({ service }) => fullName(service))) {
      const [first] = same;
      if (first === undefined || new Set(same.map(({ service }) => shapeOf(service))).size < 2) continue;
      const clusters = joined(same.map(({ cluster }) => cluster));
      context.report('clusters-differ', first.service, { service: name, clusters });
    }
  },
};

/** What has to be the same: headless or not, the type, and the ports with all that is said of them. */
function shapeOf({ object }: AnalysisObject): string {
  const ports = list(object, 'spec', 'ports')
    .map((port) => ({ name: text(port, 'name'), fields: entries(port).toSorted(([a], [b]) => byCodeUnits(a, b)) }))
    .toSorted((a, b) => byCodeUnits(a.name, b.name));
  return JSON.stringify([text(object, 'spec', 'clusterIP') === 'None', text(object, 'spec', 'type'), ports]);
}

export const clusterAnalyzers: readonly Analyzer[] = [networks, services];

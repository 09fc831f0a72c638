// Merged metrics: Prometheus is sent to the agent, which asks the application on its behalf.
// Source: istio/istio:pkg/kube/inject/webhook.go applyPrometheusMerge at 1.31. The agent's own scrape configuration is left out.

/** Where the agent serves them. */
const port = '15020';

/** A pod's annotations with Prometheus pointed to the agent, unless the pod wants no scraping or no merging. */
export function withMergedMetrics(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (valueOf(annotations, 'prometheus_io_scrape') === 'false') return annotations;
  if (valueOf(annotations, 'prometheus_istio_io_merge_metrics') === 'false') return annotations;
  // It was done before.
  if (valueOf(annotations, 'prometheus_io_port') === port) return annotations;
  const replaced = ['prometheus_io_path', 'prometheus_io_port', 'prometheus_io_scrape'];
  return {
    ...Object.fromEntries(Object.entries(annotations).filter(([key]) => !replaced.includes(labelName(key)))),
    'prometheus.io/path': '/stats/prometheus',
    'prometheus.io/port': port,
    'prometheus.io/scrape': 'true',
  };
}

/** Prometheus knows an annotation by a name in which any other character than a letter or digit is an underscore. */
function labelName(annotation: string): string {
  return annotation.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

function valueOf(annotations: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(annotations).find(([key]) => labelName(key) === name)?.[1];
}

// Webhook configurations of Istio: that each pod meets one injector at most, and that they lead to an istiod.
// Source: istio/istio:pkg/config/analysis/analyzers/{webhook,externalcontrolplane} at 1.31.
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { byCodeUnits } from './context.ts';
import { get, list, text, texts } from './fields.ts';
import { injectLabel, namespaceInjectionLabel, revisionLabel } from './in-mesh.ts';
import { type Labels, webhookSelects } from './labels.ts';

// --- Overlaps

interface Webhook {
  readonly of: AnalysisObject;
  /** `configuration/webhook`. */
  readonly name: string;
  readonly value: unknown;
  readonly index: number;
}

const injectors: Analyzer = {
  name: 'webhook.Analyzer',
  analyze: (context) => {
    const configurations = context.of('MutatingWebhookConfiguration');
    const isIstios = ({ object }: AnalysisObject): boolean =>
      list(object, 'webhooks').some((webhook) => text(webhook, 'name').endsWith('istio.io'));
    const own = configurations.filter((item) => revisionsOf(item).length > 0 || isIstios(item));
    const webhooks = own.flatMap(webhooksOf);
    checkOverlaps(context, webhooks, new Set(own.flatMap(revisionsOf)));
    checkServices(context, webhooks);
  },
};

function webhooksOf(configuration: AnalysisObject): readonly Webhook[] {
  return list(configuration.object, 'webhooks').map((value, index) => ({
    of: configuration,
    name: `${configuration.metadata.name}/${text(value, 'name')}`,
    value,
    index,
  }));
}

/** The revisions that a configuration is for: its own label, and what its selectors ask for. */
function revisionsOf({ metadata, object }: AnalysisObject): readonly string[] {
  const own = metadata.labels[revisionLabel];
  const asked = list(object, 'webhooks').flatMap((webhook) =>
    [get(webhook, 'namespaceSelector'), get(webhook, 'objectSelector')].flatMap((selector) => {
      const label = get(selector, 'matchLabels', revisionLabel);
      const values = list(selector, 'matchExpressions')
        .filter((expression) => text(expression, 'key') === revisionLabel)
        .flatMap((expression) => texts(expression, 'values'));
      return typeof label === 'string' ? [label, ...values] : values;
    }),
  );
  return own === undefined ? asked : [own, ...asked];
}

/** Tries every way in which namespaces and pods may be labelled. */
function checkOverlaps(context: AnalysisContext, webhooks: readonly Webhook[], revisions: ReadonlySet<string>): void {
  const ofPods = labellings(injectLabel, ['true', 'false'], revisions);
  for (const namespaceLabels of labellings(namespaceInjectionLabel, ['enabled', 'disabled'], revisions)) {
    for (const podLabels of ofPods) {
      const called = webhooks.filter(({ value }) => webhookSelects(value, namespaceLabels, podLabels));
      const names = [...new Set(called.map(({ name }) => name))].sort(byCodeUnits);
      if (names.length < 2) continue;
      for (const { of, name, index } of called) {
        const others = names.filter((other) => other !== name).join(', ');
        context.report('webhooks-overlap', of, { others }, ['webhooks', index]);
      }
    }
  }
}

/** Without the label, with each of its values, and all of that with each revision besides. */
function labellings(key: string, values: readonly string[], revisions: ReadonlySet<string>): readonly Labels[] {
  const plain: readonly Labels[] = [{}, ...values.map((value) => ({ [key]: value }))];
  return [undefined, ...revisions].flatMap((revision) =>
    plain.map((labels) => (revision === undefined ? labels : { ...labels, [revisionLabel]: revision })),
  );
}

function checkServices(context: AnalysisContext, webhooks: readonly Webhook[]): void {
  for (const { of, value, index } of webhooks) {
    const service = get(value, 'clientConfig', 'service');
    if (service === undefined) continue; // it is called by a URL
    const namespace = text(service, 'namespace');
    const name = text(service, 'name');
    if (context.find('Service', namespace, name) !== undefined) continue;
    const place = ['webhooks', index, 'clientConfig', 'service'];
    context.report('webhook-service-not-found', of, { service: `${namespace}/${name}` }, place);
  }
}

// --- Control planes outside of the cluster

const controlPlanes: Analyzer = {
  name: 'externalcontrolplane.ExternalControlPlaneAnalyzer',
  analyze: (context) => {
    const validators = context
      .of('ValidatingWebhookConfiguration')
      .filter(({ metadata: { name } }) => name === 'istiod-default-validator' || name.startsWith('istio-validator'));
    const mutators = context
      .of('MutatingWebhookConfiguration')
      .filter(({ metadata: { name } }) => name.startsWith('istio-sidecar-injector'));
    for (const { of, value, index } of [...validators, ...mutators].flatMap(webhooksOf))
      checkAddress(context, of, value, index);
  },
};

function checkAddress(context: AnalysisContext, of: AnalysisObject, value: unknown, index: number): void {
  const webhook = text(value, 'name');
  const url = get(value, 'clientConfig', 'url');
  const place = ['webhooks', index, 'clientConfig'];
  if (typeof url !== 'string') {
    if (get(value, 'clientConfig', 'service') === undefined)
      context.report('control-plane-missing', of, { webhook }, place);
    return;
  }
  const host = hostOf(url);
  if (host === undefined) context.report('control-plane-unreadable', of, { url, webhook }, [...place, 'url']);
  else if (/^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':'))
    context.report('control-plane-by-address', of, { url, webhook }, [...place, 'url']);
}

/** The host of a URL, without its port, '' when there is none; undefined: Go's net/url does not read it. */
function hostOf(url: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  if (/[\x00-\x1f\x7f]/.test(url) || url.startsWith(':') || /%(?![0-9A-Fa-f]{2})/.test(url)) return undefined;
  const rest = url.replace(/^[A-Za-z][A-Za-z0-9+.-]*:/, '');
  if (!rest.startsWith('//')) {
    // Without a scheme, a colon before the first slash would look like one.
    return rest === url && (url.split(/[/?#]/)[0] ?? '').includes(':') ? undefined : '';
  }
  const authority = (rest.slice(2).split(/[/?#]/)[0] ?? '').replace(/^[^@]*@/, '');
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(authority) ?? [];
  if ((bracketed === undefined && plain === undefined) || !/^\d*$/.test(port ?? '')) return undefined;
  const host = bracketed ?? plain ?? '';
  return /[\s"<>\\^`{|}]/.test(host) ? undefined : host;
}

export const webhookAnalyzers: readonly Analyzer[] = [controlPlanes, injectors];

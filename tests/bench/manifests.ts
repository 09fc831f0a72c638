// Two thousand resources in one file: checked whole, with the rules of the CRDs, and checked again after an edit of one of them.
import { evaluateRule } from '../../src/manifests/cel/index.ts';
import { readManifests } from '../../src/scenario/index.ts';
import { spread, time } from './measure.ts';
import type { Report } from './report.ts';

const RESOURCES = 2_000;
const ROUNDS = 3;
const EDITS = 5;

/** Milliseconds, the best of each: what else the machine does only slows, and falls more heavily on what is short. */
export interface Checks {
  readonly all: number;
  readonly afterEdit: number;
}

export function benchManifests(report: Report): Checks {
  report.section(`Manifests: ${RESOURCES.toLocaleString('en')} resources`);
  const wholes: number[] = [];
  const edits: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const documents = Array.from({ length: RESOURCES }, (_, index) => resource(index, `r${round}`));
    wholes.push(time(() => check(documents)));
    for (let edit = 0; edit < EDITS; edit += 1) {
      const place = (edit * 397) % RESOURCES;
      documents[place] = resource(place, `r${round}-edit${edit}`);
      edits.push(time(() => check(documents)));
    }
  }
  const [whole, edit] = [spread(wholes), spread(edits)];
  report.print('all of them', whole, 'ms');
  report.print('after an edit of one', edit, 'ms', 'aim 50 ms');
  report.gate('all of them / after an edit of one, best of each', spread([whole.min / edit.min]), 20);
  return { all: whole.min, afterEdit: edit.min };
}

function check(documents: readonly string[]): void {
  const files = [{ path: 'all.yaml', text: documents.join('---\n') }];
  const { diagnostics } = readManifests(files, { nodes: 3, evaluateRule });
  const [mistake] = diagnostics.filter(({ severity }) => severity === 'error');
  if (mistake !== undefined) throw new Error(`${mistake.code} at ${mistake.path}`);
}

/** By an index's remainder. */
export const resourceKinds = [
  'Service',
  'VirtualService',
  'DestinationRule',
  'AuthorizationPolicy',
  'HTTPRoute',
] as const;

/** What a practitioner pastes, most of it with rules of CRDs. */
export function resource(index: number, round: string): string {
  const name = `app-${Math.floor(index / 5)}`;
  const meta = `metadata: {name: ${name}, namespace: shop, annotations: {round: ${round}}}`;
  const host = `${name}.shop.svc.cluster.local`;
  switch (index % 5) {
    case 0:
      return `apiVersion: v1\nkind: Service\n${meta}\nspec:\n  selector: {app: ${name}}\n  ports:\n  - {name: http, port: 80, targetPort: 8080}\n`;
    case 1:
      return `apiVersion: networking.istio.io/v1\nkind: VirtualService\n${meta}\nspec:\n  hosts: [${host}]\n  http:\n  - match:\n    - uri: {prefix: /cart}\n    route:\n    - destination: {host: ${host}, subset: v1}\n      weight: 90\n    - destination: {host: ${host}, subset: v2}\n      weight: 10\n    retries: {attempts: 3, perTryTimeout: 2s, retryOn: 5xx}\n`;
    case 2:
      return `apiVersion: networking.istio.io/v1\nkind: DestinationRule\n${meta}\nspec:\n  host: ${host}\n  trafficPolicy:\n    connectionPool: {tcp: {maxConnections: 100}}\n  subsets:\n  - {name: v1, labels: {version: v1}}\n  - {name: v2, labels: {version: v2}}\n`;
    case 3:
      return `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n${meta}\nspec:\n  selector: {matchLabels: {app: ${name}}}\n  rules:\n  - from:\n    - source: {principals: [cluster.local/ns/shop/sa/web]}\n    to:\n    - operation: {methods: [GET], paths: [/cart/*]}\n`;
    default:
      return `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n${meta}\nspec:\n  parentRefs: [{group: "", kind: Service, name: ${name}}]\n  rules:\n  - matches:\n    - path: {type: PathPrefix, value: /}\n    backendRefs:\n    - {name: ${name}, port: 80}\n`;
  }
}

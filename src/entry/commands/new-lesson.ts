// What a new lesson begins with: files that load, run and say what is to be written where. `meshscope lesson verify` is their judge.
import type { LessonFile } from '../../lesson/model/index.ts';
import { stepIds } from '../../lesson/model/index.ts';

const shop = (mode: string): string => `apiVersion: v1
kind: Namespace
metadata:
  name: shop
${mode === '' ? '' : `  labels:\n    istio.io/dataplane-mode: ${mode}\n`}---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  selector: {app: orders}
  ports:
  - {name: http, port: 8080}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec: {containers: [{name: orders, image: orders, ports: [{containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {meshscope.dev/calls: http://orders:8080/ every 250ms}
    spec: {containers: [{name: web, image: web}]}
`;

const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
`;

const spec = (id: string, order: number): string => `apiVersion: meshscope.dev/v1
kind: Lesson
metadata:
  name: ${id}
spec:
  order: ${order}
  prerequisites: []
  properties:
  - id: no-plaintext
    check: encrypted-between-workloads
    parameters: {among: [shop/*]}
    hint: 1
  measurements: []
  bound: {seeds: 20, until: 5s}
  opens: 1s
  allowedEdits:
  - {object: Namespace//shop, path: [metadata, labels]}
  - {object: PeerAuthentication/shop/*}
  - {object: Deployment/shop/*, path: [spec, template, metadata, labels]}
  forms:
  - id: namespace-mode
    object: Namespace//shop
    path: [metadata, labels, istio.io/dataplane-mode]
    control: {kind: select, options: [null, ambient]}
  start: {breaks: no-plaintext}
  nearMisses:
  - {folder: near-miss-1, breaks: no-plaintext, hint: 1}
  - {folder: near-miss-2, breaks: no-plaintext, hint: 2}
  - {folder: near-miss-3, breaks: no-plaintext, hint: 3}
  markers: []
  facts: []
`;

const labelled = (app: 'web' | 'orders'): string =>
  shop('')
    .replace(`labels: {app: ${app}}\n`, `labels: {app: ${app}, istio.io/dataplane-mode: ambient}\n`)
    .replace(
      `metadata: {labels: {app: ${app}}}`,
      `metadata: {labels: {app: ${app}, istio.io/dataplane-mode: ambient}}`,
    );

const both = (): string =>
  labelled('web').replace(
    'metadata: {labels: {app: orders}}',
    'metadata: {labels: {app: orders, istio.io/dataplane-mode: ambient}}',
  );

const words = (language: 'en' | 'ja'): string => {
  const say = (en: string, ja: string): string => (language === 'en' ? en : ja);
  const steps = stepIds.map((step) => {
    const answers = [
      `- [ ] ${say('A wrong answer', '誤りの答え')}\n  ${say('Why not', 'なぜ違うか')}`,
      `- [x] ${say('The right one', '正しい答え')}\n  ${say('Why', 'なぜそうか')}`,
    ];
    const body = say(`What ${step} says.`, `${step} の文。`);
    return [`## ${step}: ${say('Title', '題')}`, body, ...(step === 'predict' ? [answers.join('\n')] : [])].join(
      '\n\n',
    );
  });
  const list = (id: string, pieces: readonly string[]): string =>
    [`## ${id}`, ...pieces.flatMap((piece) => [`### ${piece}`, say('To be written.', 'これから書く。')])].join('\n\n');
  return [
    `# ${say('Title', '題')}`,
    say('One or two sentences of summary.', '一、二文の要約。'),
    ...steps,
    list('properties', ['no-plaintext']),
    list('forms', ['namespace-mode']),
    list('hints', ['1', '2', '3']),
    `## solution\n\n${say('Why it is right.', 'なぜ正しいか。')}`,
    list('near-misses', ['near-miss-1', 'near-miss-2', 'near-miss-3']),
    '## notes',
  ]
    .join('\n\n')
    .concat('\n');
};

/** The files of a lesson that loads and is proved as it stands: every word and manifest is to be replaced. */
export function newLesson(id: string, order: number): readonly LessonFile[] {
  return [
    { path: 'lesson.yaml', text: spec(id, order) },
    {
      path: 'scenario.yaml',
      text: `apiVersion: meshscope.dev/v1\nkind: Scenario\nmetadata: {name: ${id}}\nspec:\n  duration: 6s\n  mesh: ambient\n  nodes: [{name: node-1}, {name: node-2}]\n`,
    },
    { path: 'en.md', text: words('en') },
    { path: 'ja.md', text: words('ja') },
    { path: 'start/shop.yaml', text: shop('') },
    { path: 'solution/shop.yaml', text: shop('ambient') },
    { path: 'alt-1/shop.yaml', text: both() },
    { path: 'alt-2/shop.yaml', text: shop('ambient') },
    { path: 'alt-2/strict.yaml', text: strict },
    { path: 'near-miss-1/strict.yaml', text: strict },
    { path: 'near-miss-2/shop.yaml', text: labelled('web') },
    { path: 'near-miss-3/shop.yaml', text: labelled('orders') },
  ];
}

// Fields of Kubernetes' own kinds that change nothing here are said at their line; each of the table is a field that there is.
import { describe, expect, test } from 'vitest';
import { cautionsOf } from '../../../src/manifests/cautions/index.ts';
import { kubernetesFields } from '../../../src/manifests/cautions/kubernetes.ts';
import { parseManifests } from '../../../src/manifests/index.ts';

function told(text: string, message: string): readonly string[] {
  const { diagnostics } = parseManifests([{ path: 'a.yaml', text }], { cautionsOf });
  return diagnostics
    .filter((diagnostic) => diagnostic.message.startsWith(message))
    .map(({ range, params }) => `${range.start.line} ${params['field'] ?? ''}`);
}

const versions: Readonly<Record<string, string>> = { Pod: 'v1', Service: 'v1', Job: 'batch/v1', CronJob: 'batch/v1' };

describe('every field of the table is one of its kind', () => {
  const unknown = (kind: string, path: string): readonly string[] => {
    let spec: unknown = 'x';
    for (const step of path.split('.').reverse()) spec = { [step]: spec };
    const object = { apiVersion: versions[kind] ?? 'apps/v1', kind, metadata: { name: 'a' }, spec };
    return told(JSON.stringify(object), 'unknown-field');
  };
  test.each(Object.entries(kubernetesFields))('%s', (kind, paths) => {
    expect(paths.flatMap((path) => unknown(kind, path))).toEqual([]);
    expect(unknown(kind, 'nothing')).toHaveLength(1);
  });
});

test.each<[string, string, readonly string[]]>([
  [
    'a Deployment whose pods keep apart',
    `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      affinity:
        podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: []}
      containers: [{name: app, image: app}]
`,
    ['10 spec.template.spec.affinity.podAntiAffinity'],
  ],
  [
    'a Service that keeps its clients; without a word it does not',
    `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  sessionAffinity: ClientIP
  ports: [{port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  sessionAffinity: None
  ports: [{port: 80}]
`,
    ['5 spec.sessionAffinity'],
  ],
])('%s', (_, text, expected) => {
  expect(told(text, 'field-not-simulated')).toEqual(expected);
});

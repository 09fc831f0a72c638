// Formatting and forms: what is written back, and that nothing else of the text moves.

import { describe, expect, it } from 'vitest';
import { formatYaml, parametersOf, withParameter } from '../../../../src/manifests/assist/index.ts';
import { parseManifests } from '../../../../src/manifests/index.ts';

const TEXT = `# the shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # its name
spec:
  replicas: 2 # enough
  template:
    spec:
      containers:
      - name: web
        image: "nginx:1.27"
        ports: [{containerPort: 8080}]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default}
spec:
  selector: {matchLabels: {app: web}}
`;

describe('formatting', () => {
  it('keeps comments, documents and meaning, and changes nothing twice', () => {
    const uneven = '# top\na:\n    b: 1   # one\n    c:\n        - x\n        - y\n\n---\n# second\nd: 2\n';
    const formatted = formatYaml(uneven);
    expect(formatted).toBe('# top\na:\n  b: 1 # one\n  c:\n  - x\n  - y\n---\n# second\nd: 2\n');
    expect(formatYaml(formatted ?? '')).toBe(formatted);
    const objects = (text: string) => parseManifests([{ path: 'a', text }]).resources.map(({ object }) => object);
    expect(objects(formatYaml(TEXT) ?? '')).toEqual(objects(TEXT));
  });

  it('leaves broken YAML alone', () => {
    expect(formatYaml('a: [1, 2\nb: 3\n')).toBeUndefined();
  });

  it('long texts are not folded', () => {
    const text = `a: ${'word '.repeat(60)}end\n`;
    expect(formatYaml(text)).toBe(text);
  });
});

describe('forms', () => {
  const groups = parametersOf(TEXT);
  const parameter = (document: number, name: string) =>
    groups.find((group) => group.document === document)?.parameters.find((one) => one.name === name);

  it('show the most used fields of each object', () => {
    expect(groups.map(({ kind, objectName }) => [kind, objectName])).toEqual([
      ['Deployment', 'web'],
      ['PeerAuthentication', 'default'],
    ]);
    expect(parameter(0, 'spec.replicas')).toMatchObject({ input: 'number', value: 2, key: 'workload.replicas' });
    expect(parameter(0, 'spec.template.spec.containers[0].image')).toMatchObject({
      input: 'text',
      value: 'nginx:1.27',
    });
    expect(parameter(1, 'spec.mtls.mode')).toMatchObject({
      input: 'choice',
      value: undefined,
      choices: ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'],
    });
    expect(parameter(1, 'spec.selector.matchLabels.app')).toMatchObject({ value: 'web' });
  });

  it('write back only the value', () => {
    expect(withParameter(TEXT, 0, ['spec', 'replicas'], 5)).toBe(TEXT.replace('replicas: 2 #', 'replicas: 5 #'));
    const image = ['spec', 'template', 'spec', 'containers', 0, 'image'];
    expect(withParameter(TEXT, 0, image, 'nginx:1.28')).toBe(TEXT.replace('1.27', '1.28'));
    const label = ['spec', 'selector', 'matchLabels', 'app'];
    const list = withParameter(TEXT, 0, ['spec', 'targetRefs'], [{ kind: 'Service', name: 'a' }]);
    expect(list).toContain('  targetRefs:\n  - kind: Service\n    name: a\n');
    expect(withParameter(TEXT, 1, label, 'true')).toBe(TEXT.replace('app: web', 'app: "true"'));
  });

  it('write a field that was not there, and keep the comments', () => {
    const text = withParameter(TEXT, 1, ['spec', 'mtls', 'mode'], 'STRICT');
    expect(text.startsWith(TEXT.slice(0, TEXT.indexOf('---')))).toBe(true);
    expect(text).toContain('  mtls:\n    mode: STRICT\n');
  });
});

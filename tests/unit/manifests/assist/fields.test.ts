// A lesson's form is bound to one field of one object, wherever it stands in the files; its value is written, or taken away.
import { describe, expect, test } from 'vitest';
import { fieldOf, withParameter } from '../../../../src/manifests/assist/index.ts';

const text = `# two objects
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2 # enough
  template:
    metadata:
      labels:
        app: web
      annotations:
        a.b/c: "yes"
`;
const web = { kind: 'Deployment', namespace: 'shop', name: 'web' };
const annotation = ['spec', 'template', 'metadata', 'annotations', 'a.b/c'];

describe('a field of an object', () => {
  test.each([
    [web, ['spec', 'replicas'], { document: 1, value: 2 }],
    [web, annotation, { document: 1, value: 'yes' }],
    [web, ['spec', 'template', 'spec'], { document: 1, value: undefined }],
    [{ kind: 'Namespace', namespace: '', name: 'shop' }, ['metadata', 'labels'], { document: 0, value: undefined }],
    [{ ...web, namespace: '' }, ['spec', 'replicas'], undefined],
    [{ ...web, name: 'orders' }, ['spec', 'replicas'], undefined],
  ])('%j %j', (object, path, found) => {
    expect(fieldOf(text, object, path)).toEqual(found);
  });

  test('of a text that cannot be read is none', () => {
    expect(fieldOf('kind: [', web, annotation)).toBeUndefined();
  });

  test('is written in its place, and everything else stays', () => {
    expect(withParameter(text, 1, annotation, 'no')).toBe(text.replace('"yes"', '"no"'));
    expect(withParameter(text, 1, ['spec', 'replicas'], 3)).toBe(text.replace('replicas: 2', 'replicas: 3'));
  });

  test('is taken away, with the mapping that it leaves empty', () => {
    const without = withParameter(text, 1, annotation, undefined);
    expect(without).not.toContain('annotations');
    expect(without).toContain('replicas: 2 # enough');
    expect(fieldOf(without, web, annotation)).toEqual({ document: 1, value: undefined });
    expect(withParameter(without, 1, annotation, 'yes')).toContain('a.b/c: "yes"'.replaceAll('"', ''));
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isKind, parseManifests } from '../../../src/manifests/index.ts';

const folder = new URL('samples/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const read = (file: string) => ({ path: file, text: readFileSync(new URL(file, folder), 'utf8') });

describe("Istio's sample manifests", () => {
  it.each(files)('%s is accepted as it is', (file) => {
    const { resources, diagnostics, documents } = parseManifests([read(file)]);
    expect(diagnostics).toEqual([]);
    expect(documents).toBeGreaterThan(0);
    expect(resources.length).toBe(documents);
  });

  it('bookinfo has four Services, six Deployments and their accounts, with the defaults of the API server', () => {
    const { resources } = parseManifests([read('bookinfo.yaml')]);
    const count = (kind: string): number => resources.filter((resource) => resource.kind === kind).length;
    expect([count('Service'), count('Deployment'), count('ServiceAccount')]).toEqual([4, 6, 4]);
    const reviews = resources.find(({ metadata }) => metadata.name === 'reviews-v2');
    if (!reviews || !isKind(reviews, 'Deployment')) throw new Error('no Deployment reviews-v2');
    expect(reviews.spec.replicas).toBe(1);
    expect(reviews.spec.strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    });
    expect(reviews.spec.template.spec).toMatchObject({
      restartPolicy: 'Always',
      serviceAccountName: 'bookinfo-reviews',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
    });
    expect(reviews.spec.template.spec.containers[0]?.ports).toEqual([{ containerPort: 9080, protocol: 'TCP' }]);
    const service = resources.find((resource) => isKind(resource, 'Service') && resource.metadata.name === 'reviews');
    if (!service || !isKind(service, 'Service')) throw new Error('no Service reviews');
    expect(service.spec.ports).toEqual([{ name: 'http', port: 9080, protocol: 'TCP', targetPort: 9080 }]);
  });

  it('points at the very text of a field, and at the nearest text for a default', () => {
    const file = read('bookinfo.yaml');
    const { resources } = parseManifests([file]);
    const service = resources.find((resource) => isKind(resource, 'Service') && resource.metadata.name === 'ratings');
    const textAt = (path: (string | number)[], part: 'locate' | 'locateKey'): string | undefined => {
      const range = service?.source[part](path);
      return range && file.text.slice(range.start.offset, range.end.offset);
    };
    expect(textAt(['spec', 'ports', 0, 'port'], 'locate')).toBe('9080');
    expect(textAt(['spec', 'ports', 0, 'port'], 'locateKey')).toBe('port');
    expect(textAt(['metadata', 'name'], 'locate')).toBe('ratings');
    expect(textAt(['spec', 'ports', 0, 'targetPort'], 'locate')).toBe('port: 9080\n    name: http');
    expect(textAt(['spec', 'type'], 'locateKey')).toBe('spec');
  });
});

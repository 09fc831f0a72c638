import { checkName } from '../../names.ts';
import type { Report } from '../../report.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import { checkOneOf, checkPortNumber, checkPresent } from '../checks.ts';
import { defineSpecKind } from '../definition.ts';
import type { IngressBackend, IngressPath, IngressResource } from './type.ts';

/** Source: kubernetes/kubernetes:pkg/apis/networking/validation/validation.go ValidateIngressSpec at v1.34. */
export const ingress = defineSpecKind<IngressResource>({
  group: 'networking.k8s.io',
  kind: 'Ingress',
  validate: ({ defaultBackend, rules = [], tls = [] }, report) => {
    if (defaultBackend === undefined && rules.length === 0)
      report.add('required-field', ['spec', 'rules'], {}, { aim: 'head' });
    if (defaultBackend !== undefined) checkBackend(defaultBackend, report, ['spec', 'defaultBackend']);
    for (const [index, { host = '', http }] of rules.entries()) {
      const path = ['spec', 'rules', index];
      checkHost(host, report, [...path, 'host']);
      for (const [place, each] of (http?.paths ?? []).entries())
        checkPath(each, report, [...path, 'http', 'paths', place]);
    }
    for (const [index, { hosts = [] }] of tls.entries())
      for (const [place, host] of hosts.entries()) checkHost(host, report, ['spec', 'tls', index, 'hosts', place]);
  },
});

function checkHost(host: string, report: Report, path: FieldPath): void {
  if (host !== '') checkName(report, path, host.startsWith('*.') ? host.slice(2) : host, 'dns-subdomain');
}

const unclear = ['//', '/./', '/../', '%2f', '%2F'];

function checkPath({ path = '', pathType, backend }: IngressPath, report: Report, at: FieldPath): void {
  checkOneOf(report, [...at, 'pathType'], pathType, ['Exact', 'Prefix', 'ImplementationSpecific']);
  const value = shown(path);
  const isFree = pathType === 'ImplementationSpecific';
  if (!path.startsWith('/') && !(isFree && path === ''))
    report.add('path-not-absolute', [...at, 'path'], { value, type: pathType });
  else if (!isFree && (unclear.some((part) => path.includes(part)) || path.endsWith('/.') || path.endsWith('/..')))
    report.add('path-characters', [...at, 'path'], { value, type: pathType });
  checkBackend(backend, report, [...at, 'backend']);
}

function checkBackend({ service, resource }: IngressBackend, report: Report, path: FieldPath): void {
  if (service !== undefined && resource !== undefined)
    report.add('not-together', [...path, 'resource'], { other: 'service' }, { aim: 'key' });
  else if (service === undefined && resource === undefined)
    report.add('required-field', [...path, 'service'], {}, { aim: 'head' });
  if (service === undefined) return;
  checkPresent(report, [...path, 'service', 'name'], service.name);
  if (service.name !== '') checkName(report, [...path, 'service', 'name'], service.name, 'dns-1035-label');
  const { number = 0, name = '' } = service.port ?? {};
  const port = [...path, 'service', 'port'];
  if (number !== 0 && name !== '') report.add('not-together', [...port, 'name'], { other: 'number' }, { aim: 'key' });
  else if (number !== 0) checkPortNumber(report, [...port, 'number'], number);
  else if (name === '') report.add('required-field', port, {}, { aim: 'head' });
}

import { checkPresent } from '../checks.ts';
import { defineSpecKind } from '../definition.ts';
import type { IngressClassResource } from './type.ts';

/** Source: kubernetes/kubernetes:pkg/apis/networking/validation/validation.go ValidateIngressClass at v1.34. */
export const ingressClass = defineSpecKind<IngressClassResource>({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  validate: ({ controller }, report) => checkPresent(report, ['spec', 'controller'], controller),
});

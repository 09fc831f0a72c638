import { defineKind, specOf } from '../definition.ts';
import { deploymentDefaults } from './defaults.ts';
import type { DeploymentResource, DeploymentSpec } from './type.ts';
import { validateDeployment } from './validate.ts';

export const deployment = defineKind<DeploymentResource>({
  group: 'apps',
  kind: 'Deployment',
  defaults: deploymentDefaults,
  fields: (object) => ({ spec: specOf<DeploymentSpec>(object) }),
  validate: ({ spec }, report) => validateDeployment(spec, report),
});

import { defineSpecKind } from '../definition.ts';
import { deploymentDefaults } from './defaults.ts';
import type { DeploymentResource } from './type.ts';
import { validateDeployment } from './validate.ts';

export const deployment = defineSpecKind<DeploymentResource>({
  group: 'apps',
  kind: 'Deployment',
  defaults: deploymentDefaults,
  validate: validateDeployment,
});

// Every kind the room knows, Kubernetes' own and those of CRDs, for tests that hold them against something.
import { kubernetesSchemas } from '../../../src/manifests/catalog.ts';
import { gatewayApiSchemas, istioSchemas } from '../../../src/manifests/crds.ts';
import { builtInKinds } from '../../../src/manifests/kinds/built-in.ts';
import { customKinds } from '../../../src/manifests/kinds/custom.ts';
import type { KindDefinition } from '../../../src/manifests/kinds/definition.ts';
import type { SchemaFile } from '../../../src/manifests/structural/schema.ts';

/** What a cluster serves unless somebody says otherwise. */
export const schemaFiles: readonly SchemaFile[] = [kubernetesSchemas, istioSchemas, gatewayApiSchemas];

export const kindDefinitions: readonly KindDefinition[] = [...builtInKinds, ...customKinds];

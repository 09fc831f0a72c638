// The kinds that CRDs bring to a cluster with a mesh, Istio's and the Gateway API's: their schemas, and the checks of each. A door of its
// own beside index.ts: it is half of the room, and many a first picture does without (crd-parts.ts).
import { catalogOf, type Crds } from './catalog.ts';
import { customKinds } from './kinds/custom.ts';
import gatewayApiFile from './schemas/gateway-api.json';
import istioFile from './schemas/istio.json';
import type { SchemaFile } from './structural/schema.ts';

// Written by tests/tools/generate-schemas.ts in exactly this shape; a test reads every node of them.
export const istioSchemas = istioFile as unknown as SchemaFile;
export const gatewayApiSchemas = gatewayApiFile as unknown as SchemaFile;

const istio = catalogOf('istio', istioSchemas, customKinds);

/** Of a cluster with the CRDs of Istio and of the Gateway API's standard channel, and with the kinds only the experimental one serves. */
export const crds: Crds = crdsWith(gatewayApiSchemas);

/** Of a cluster with Istio's CRDs and those that `gatewayApi` describes. */
export function crdsWith(gatewayApi: SchemaFile): Crds {
  const kinds = catalogOf('gateway-api', gatewayApi, customKinds);
  return (group) => istio.get(group) ?? kinds.get(group);
}

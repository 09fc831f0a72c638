// The Gateway API's experimental channel. Apart from the rest, because only who asks for it carries its schemas.
import type { GatewayApiChannel } from './catalog.ts';
import { crdsWith } from './crds.ts';
import file from './schemas/gateway-api-experimental.json';
import type { SchemaFile } from './structural/schema.ts';

// Written by tests/tools/generate-schemas.ts in exactly this shape; a test reads every node of it.
export const experimentalSchemas = file as unknown as SchemaFile;

/** A cluster whose Gateway API has the experimental fields as well. */
export const experimentalChannel: GatewayApiChannel = { name: 'experimental', crds: crdsWith(experimentalSchemas) };

// The control plane both data planes share.
export type { CsrVerdict } from './ca.ts';
export type { GatewayApiController } from './gateway-api-controller.ts';
export { istiodManifests } from './install.ts';
export { servedBy } from './served-by.ts';
export type { ServedBy } from './served-by.ts';
export { createIstiod, pushLoop } from './istiod.ts';
export type { Compiler, Istiod, IstiodMessage, IstiodSpec } from './istiod.ts';

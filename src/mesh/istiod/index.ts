// The control plane both data planes share.
export type { CsrVerdict } from './ca.ts';
export { istiodManifests } from './install.ts';
export { createIstiod, pushLoop } from './istiod.ts';
export type { Compiler, Istiod, IstiodMessage, IstiodSpec } from './istiod.ts';

// The control plane both data planes share.
export { judgeCsr } from './ca.ts';
export type { CsrVerdict } from './ca.ts';
export { istiodManifests } from './install.ts';
export { createIstiod, istiodType, pushLoop } from './istiod.ts';
export type { Compiler, Istiod, IstiodMessage, IstiodSpec } from './istiod.ts';

// Where breakpoints are kept between visits: beside the drafts, and apart from what reads them, which is loaded when there are any.

import type { DraftName } from '../storage.ts';

export const breakpointsKey = (name: DraftName): string => `meshscope.${name}.breakpoints.v1`;

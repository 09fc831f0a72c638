// Where forks are kept between visits: beside the drafts, and apart from what reads them, which is loaded when there are any.

import type { DraftName } from '../storage.ts';

export const forksKey = (name: DraftName): string => `meshscope.${name}.forks.v1`;

// Whether somebody has been shown the tour, or has been asked: nobody is asked twice.

import { readRaw, writeKept } from '../storage.ts';

const KEY = 'meshscope.tour.v1';

export const isTourKnown = (): boolean => readRaw(KEY) !== undefined;

/** Where storage refuses, the next visit asks again: that is all that can be lost. */
export function markTourKnown(): void {
  writeKept(KEY, 'known');
}

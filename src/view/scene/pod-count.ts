// Pods counted as the command line's summary and `kubectl` users count them: one count for cards, heads and figures.

import { isCompleted } from '../run/pod-phase.ts';
import type { PodGlyph } from './pod-glyph.ts';

export interface PodCount {
  readonly ready: number;
  /** Pods that are or should become ready: all but the completed. */
  readonly expected: number;
  readonly completed: number;
}

export function countOf(pods: readonly PodGlyph[]): PodCount {
  let ready = 0;
  let completed = 0;
  for (const pod of pods) {
    if (isCompleted(pod.phase)) completed += 1;
    if (pod.state === 'ready') ready += 1;
  }
  return { ready, expected: pods.length - completed, completed };
}

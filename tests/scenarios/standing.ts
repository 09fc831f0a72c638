// Standing scenarios of this folder and what is asked of them, as `meshscope explore` takes it. Those whose files are numbered are
// applied one after another; they have tests of their own.
export interface Standing {
  /** Its folder. */
  readonly id: string;
  readonly properties: readonly string[];
  /** How what breaks the naive one ends: the result of a request, or the sentence of the violation. */
  readonly because: RegExp;
}

const noneFails = 'no-failed-request:shop/web';

export const standing: readonly Standing[] = [
  { id: 'stop-race', properties: [noneFails], because: /^503 UC$/ },
  { id: 'job-never-ends', properties: ['job-completes:shop/report'], because: /^job-unfinished$/ },
  {
    id: 'server-first',
    properties: ['answered-within:5s,shop/web'],
    because: /^request-unanswered$|^timeout$/,
  },
  {
    id: 'webhook-timing',
    properties: [noneFails, 'no-plaintext:shop/web,shop/orders'],
    because: /^reset$|^connection-plain$/,
  },
  { id: 'rollout-503s', properties: [noneFails], because: /^503 (?:UC|UF|URX,UF|UH)$|^503$/ },
  { id: 'keep-alive-race', properties: [noneFails], because: /^503 UC$/ },
];

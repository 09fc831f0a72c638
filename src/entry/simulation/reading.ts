// Manifests are read a little at a time, before a run begins or an answer is worked out from them: thousands of documents take seconds.
import { type ManifestFile, type ParseOptions, readAhead } from '../../manifests/index.ts';
import { afterMail, post, stretchMs } from './to-page.ts';

/** Milliseconds between two reports of how far a reading has come. What takes no longer than the first is not reported. */
const readingMs = 250;

/** What comes meanwhile is heard; ends early when nobody wants them any more. `isTold`: the page hears how far it has come. */
export async function readInSlices(
  files: readonly ManifestFile[],
  options: ParseOptions,
  { isWanted, isTold }: { readonly isWanted: () => boolean; readonly isTold: boolean },
): Promise<void> {
  let toldAt = performance.now();
  let sliceEnd = toldAt + stretchMs;
  for (const { done, of } of readAhead(files, options)) {
    const now = performance.now();
    if (now < sliceEnd) continue;
    if (isTold && now - toldAt >= readingMs) {
      post({ type: 'reading', done, of });
      toldAt = now;
    }
    await new Promise<void>(afterMail);
    if (!isWanted()) return;
    sliceEnd = performance.now() + stretchMs;
  }
}

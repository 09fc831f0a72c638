// The lesson room for the build of the page, which reads lessons with the rooms' own code (vite.lessons.ts).
import { provideCrds } from '../manifests/index.ts';
import { crds } from '../manifests/crds.ts';

provideCrds(crds);

export { loadLesson, unknownTerms } from '../lesson/index.ts';

// What every entry but the page's worker does as it starts. Before each file of unit tests (vite.config.ts).
import { crds } from '../../src/manifests/crds.ts';
import { provideCrds } from '../../src/manifests/index.ts';

provideCrds(crds);

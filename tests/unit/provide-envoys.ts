// What every entry but the page's worker does as it starts: for tests that run a whole scenario.
import { envoyParts } from '../../src/mesh/envoys.ts';
import { provideEnvoys } from '../../src/mesh/index.ts';

provideEnvoys(envoyParts);

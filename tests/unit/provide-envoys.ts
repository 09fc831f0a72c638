// What every entry but the page's worker does as it starts.
import { envoyParts } from '../../src/mesh/envoys.ts';
import { provideEnvoys } from '../../src/mesh/index.ts';

provideEnvoys(envoyParts);

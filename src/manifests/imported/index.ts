// The door of what comes from a real cluster: fetched with the dialog that opens it.
export { importManifests, type Imported } from './imported.ts';

// The door of the access logs: fetched when somebody opens their panel, not with the page.
export { AccessLog, accessLineOf, accessParts, flagsOf, tellingPart } from './access-log.ts';
export type { AccessFilter, AccessLine, AccessProxy, AccessView } from './access-log.ts';
export { envoyFields } from './parts.ts';
export type { AccessField, AccessPart, AccessProgram } from './parts.ts';

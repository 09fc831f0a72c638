// The door of what is exported: fetched with its dialog.
export { exportName } from './file-name.ts';
export type { Exported, ExportKind } from './file-name.ts';
export { joinManifests, splitManifests } from './manifests.ts';
export type { NamedText } from './manifests.ts';
export { mermaidOf } from './mermaid.ts';
export type { MermaidWords } from './mermaid.ts';
export { traceFormat, traceJson } from './trace-json.ts';
export type { TraceHead } from './trace-json.ts';

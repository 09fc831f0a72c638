// How much one paste may hold. All limits are checked before the recursive YAML parser sees the text.

export interface ManifestLimits {
  /** UTF-16 units of one file. A file beyond a limit is not read; the others are. The parser needs about half a minute for 10 MB. */
  readonly maxFileCharacters: number;
  /** UTF-16 units over all files that are read together. */
  readonly maxCharacters: number;
  /** UTF-16 units of one document. The API server refuses objects beyond etcd's request limit of 1.5 MiB. Source: etcd-io/etcd:server/embed/config.go DefaultMaxRequestBytes. */
  readonly maxDocumentCharacters: number;
  /** Documents over all files together, empty ones not counted; the items of a List count as documents. */
  readonly maxDocuments: number;
  /** Mappings and sequences inside one another. */
  readonly maxDepth: number;
  /** Keys, items and scalars over all files together, roughly counted. The parser takes up to 20 µs for one. Manifests of 2 MB have about 150,000. */
  readonly maxValues: number;
  /** Nodes of one document that come from aliases (`*name`) and merge keys, counted after expansion. */
  readonly maxAliasedNodes: number;
  /** Diagnostics reported for one document; the rest are counted in one closing message. */
  readonly maxDiagnosticsPerDocument: number;
}

export const limits: ManifestLimits = {
  maxFileCharacters: 2_000_000,
  maxCharacters: 4_000_000,
  maxDocumentCharacters: 1_572_864,
  maxDocuments: 5_000,
  maxDepth: 200,
  maxValues: 250_000,
  maxAliasedNodes: 20_000,
  maxDiagnosticsPerDocument: 200,
};

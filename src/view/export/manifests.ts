// Manifests as one text that `kubectl apply -f` takes, each file's name above it; and back.

export interface NamedText {
  readonly path: string;
  readonly text: string;
}

const NAME = '# file: ';

export function joinManifests(files: readonly NamedText[]): string {
  return files.map(({ path, text }) => `${NAME}${path}\n${text.trimEnd()}\n`).join('---\n');
}

/** The files of a joined text; one file of the name given when nobody joined it. */
export function splitManifests(text: string, path: string): readonly NamedText[] {
  if (!text.startsWith(NAME)) return [{ path, text }];
  return text.split(/^(?:---\n)?# file: /m).flatMap((part) => {
    const end = part.indexOf('\n');
    return part === '' ? [] : [{ path: part.slice(0, end), text: part.slice(end + 1) }];
  });
}

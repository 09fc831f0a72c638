// Cuts a file into its documents before anything is parsed, so that each can be parsed, cached and fail on its own.
// A line that begins with `---` ends a document even inside a block scalar or a quoted text (YAML 1.2, 9.1.2 c-forbidden).

export interface DocumentText {
  /** 0-based place in the file, empty documents included. */
  readonly index: number;
  readonly text: string;
  /** Offset of `text` in the file. */
  readonly offset: number;
  /** Nothing but blank lines, comments and directives. */
  readonly isEmpty: boolean;
  /** 0-based line of the file on which `text` begins. It always begins a line. */
  readonly line: number;
}

const byteOrderMark = '\uFEFF';
const dash = 45;
const dot = 46;
const documentStart = /^---(?=[ \t\r]|$)/;
const bareDocumentStart = /^---[ \t\r]*(?:#.*)?$/;
const documentEnd = /^\.\.\.(?=[ \t\r]|$)/;
/** Blank lines, comments and directives say nothing by themselves: they belong to the document that follows. */
const silentLine = /^[ \t\r]*(?:#.*|%.*)?$/;

export function splitDocuments(fileText: string): DocumentText[] {
  const documents: DocumentText[] = [];
  let offset = fileText.startsWith(byteOrderMark) ? 1 : 0;
  let line = 0;
  let start = offset;
  let startLine = 0;
  let hasStarted = false; // by a marker or by content
  let isEmpty = true;

  const open = (at: number, atLine: number): void => {
    start = at;
    startLine = atLine;
    hasStarted = false;
    isEmpty = true;
  };
  const close = (end: number): void => {
    documents.push({
      index: documents.length,
      text: fileText.slice(start, end),
      isEmpty,
      offset: start,
      line: startLine,
    });
  };
  for (; offset <= fileText.length; line += 1) {
    const newline = fileText.indexOf('\n', offset);
    const lineEnd = newline === -1 ? fileText.length : newline;
    const first = fileText.charCodeAt(offset);
    const text = first === dash || first === dot || isEmpty ? fileText.slice(offset, lineEnd) : '';
    if (first === dash && documentStart.test(text)) {
      if (hasStarted) {
        close(offset);
        open(offset, line);
      }
      hasStarted = true;
      isEmpty = bareDocumentStart.test(text);
    } else if (first === dot && documentEnd.test(text)) {
      close(Math.min(lineEnd + 1, fileText.length));
      open(lineEnd + 1, line + 1);
    } else if (isEmpty && text.startsWith(byteOrderMark)) {
      // Files put one behind the other bring their marks along; a document may begin with one (YAML 1.2, 5.2).
      open(offset + 1, line);
      isEmpty = silentLine.test(text.slice(1));
      hasStarted = !isEmpty;
    } else if (isEmpty && !silentLine.test(text)) {
      hasStarted = true;
      isEmpty = false;
    }
    offset = lineEnd + 1;
  }
  if (start < fileText.length) close(fileText.length);
  return documents;
}

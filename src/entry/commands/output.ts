// Writing to the standard output without losing or piling up anything: large outputs wait for the reader, a reader that
// went away (`| head`) ends the writing quietly.

let isClosed = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  isClosed = true;
});

/** Writes every line; resolves when the system took all of it. */
export async function writeLines(lines: Iterable<string>): Promise<void> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < 65_536) continue;
    await write(chunk);
    chunk = '';
    if (isClosed) return;
  }
  if (chunk !== '') await write(chunk);
}

function write(text: string): Promise<void> {
  if (isClosed) return Promise.resolve();
  return new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
}

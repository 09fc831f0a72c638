// Writing to the standard output without losing or piling up anything: large outputs wait for the reader, a reader that
// went away (`| head`) ends the writing quietly.

let isClosed = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  isClosed = true;
  if (error.code === 'EPIPE') return;
  process.stderr.write(`meshscope: the output could not be written: ${error.message}\n`);
  process.exit(1);
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

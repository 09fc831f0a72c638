// Serves the built page as a static host does: with types and gzip, from this machine only. For tools that measure or picture it.

import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};
const PACKED: ReadonlySet<string> = new Set(['.css', '.html', '.js', '.json', '.svg', '.ttf', '.txt']);

export interface PageServer extends AsyncDisposable {
  /** With a closing slash. */
  readonly url: string;
}

/**
 * Serves `folder` on a free port until it is disposed of.
 *
 * @param whenBuilt what is asked before waits for it, and is answered 500 if it fails; default: the folder is complete
 */
export async function servePage(folder: string, whenBuilt: Promise<unknown> = Promise.resolve()): Promise<PageServer> {
  const packed = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    void whenBuilt
      .then(() => answer(folder, request.url ?? '/', packed))
      .catch((error: unknown) => ({ status: 500, headers: { 'content-type': 'text/plain' }, body: String(error) }))
      .then(({ status, headers, body }) => {
        response.writeHead(status, headers).end(body);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** @param packed by path, what has been packed before: a folder that is served does not change */
async function answer(folder: string, url: string, packed: Map<string, Buffer>): Promise<Answer> {
  const path = await fileOf(folder, decodeURIComponent(new URL(url, 'http://localhost').pathname));
  if (path === undefined) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found' };
  const extension = extname(path);
  const headers = {
    'content-type': TYPES[extension] ?? 'application/octet-stream',
    'cache-control': /-[\w-]{8}\.\w+$/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (!PACKED.has(extension)) return { status: 200, headers, body: await readFile(path) };
  const body = packed.get(path) ?? gzipSync(await readFile(path));
  packed.set(path, body);
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body };
}

/** A folder is answered with its index.html; nothing above `folder` is. */
async function fileOf(folder: string, pathname: string): Promise<string | undefined> {
  const path = join(folder, normalize(pathname));
  if (!path.startsWith(folder)) return undefined;
  for (const candidate of [path, join(path, 'index.html')]) {
    const found = await stat(candidate).catch(() => undefined); // not there: the next one
    if (found?.isFile() === true) return candidate;
  }
  return undefined;
}

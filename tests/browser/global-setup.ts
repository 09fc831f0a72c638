// Once per test run: a browser, a fresh build, and a static server in front of it. Tests get their addresses by
// vitest's inject(); see page.ts.

import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { preview } from 'vite';

import { findChromium, type Chromium } from '../tools/chromium.ts';
import { buildIfStale } from '../tools/fresh-build.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built page, with a closing slash. */
    readonly pageUrl: string;
    readonly chromium: Chromium;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const root = project.config.root;
  const chromium = await findChromium(join(root, '.cache'));
  await buildIfStale(root);
  const server = await preview({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    preview: { host: '127.0.0.1', port: 0 },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the preview server has no port');

  project.provide('pageUrl', `http://127.0.0.1:${String(address.port)}/`);
  project.provide('chromium', chromium);
  return () => server.close();
}

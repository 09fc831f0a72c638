// Once per test run: a browser, a fresh build, and a static server in front of it. Tests get their addresses by
// vitest's inject(); see page.ts.

import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

import { findChromium, type Chromium } from '../tools/chromium.ts';
import { buildIfStale } from '../tools/fresh-build.ts';
import { servePage } from '../tools/page-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built page, with a closing slash. */
    readonly pageUrl: string;
    readonly chromium: Chromium;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { root } = project.config;
  // Goes on beside the unit tests; `launchBrowser` waits for it.
  const built = buildIfStale(root);
  const [chromium, server] = await Promise.all([
    findChromium(join(root, '.cache')),
    servePage(join(root, 'dist'), built),
  ]);
  project.provide('pageUrl', server.url);
  project.provide('chromium', chromium);
  return async () => server[Symbol.asyncDispose]();
}

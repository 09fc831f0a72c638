// One configuration for the page, its preview and the tests. The command line has its own: vite.cli.config.ts.

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { SlowestFirst } from './tests/tools/slowest-first.ts';
import { firstLoad } from './vite.first-load.ts';
import { lessonModules } from './vite.lessons.ts';

export default defineConfig({
  base: process.env['BASE'] ?? './',
  publicDir: 'static',
  plugins: [svelte(), lessonModules(), firstLoad('src/ui/index.ts')],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: { index: 'index.html' },
      output: {
        // The size budget finds Monaco by this name (tests/tools/size-budget.ts).
        chunkFileNames: ({ moduleIds }) =>
          moduleIds.some((id) => /node_modules\/monaco-editor\/(?!.*\bnls\b)/.test(id))
            ? 'assets/monaco-[hash].js'
            : 'assets/[name]-[hash].js',
      },
    },
  },
  test: {
    reporters: ['default', './tests/tools/tally-reporter.ts'],
    // A test that hangs is a failure; a slow or busy machine is none.
    maxWorkers: 2,
    // Files of one worker share what they import and what the engine has warmed up: a third of the time. So a test keeps nothing in a module.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          setupFiles: 'tests/unit/provide-crds.ts',
          include: ['tests/unit/**/*.test.ts', 'tests/golden/**/*.test.ts', 'tests/lessons/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          environment: 'node',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: 'tests/browser/global-setup.ts',
          // A browser on a busy machine may be late for once; the end of a run names whoever needed the second try.
          retry: 1,
          // The first file waits for the build, unless unit tests went before.
          hookTimeout: 120_000,
          // After the unit tests, two files at a time: a browser leaves a core idle while a page waits.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

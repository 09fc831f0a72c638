// One configuration for the page, its preview and the tests. The command line has its own: vite.cli.config.ts.

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: process.env['BASE'] ?? './',
  publicDir: 'static',
  plugins: [svelte()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { input: { index: 'index.html' } },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['tests/unit/**/*.test.ts', 'tests/golden/**/*.test.ts', 'tests/lessons/**/*.test.ts'],
        },
      },
    ],
  },
});

// The command line: the same engine as the page, bundled with its dependencies into one executable file, dist/cli.js.
// Runs after the page's build and adds to the same folder.

import { chmod } from 'node:fs/promises';
import { defineConfig, type Plugin } from 'vite';

/** Lets the file be started by its name as well as by `node dist/cli.js`. */
function executable(): Plugin {
  return {
    name: 'meshscope:executable',
    async writeBundle(options, bundle) {
      for (const file of Object.keys(bundle)) await chmod(`${options.dir ?? 'dist'}/${file}`, 0o755);
    },
  };
}

export default defineConfig({
  publicDir: false,
  plugins: [executable()],
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/entry/cli.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { format: 'es', entryFileNames: 'cli.js', codeSplitting: false, banner: '#!/usr/bin/env node' },
    },
  },
});

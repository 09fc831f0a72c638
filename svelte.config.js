import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Read by the build, svelte-check, ESLint and editors alike. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};

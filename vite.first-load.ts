// The document asks for the page's code and styles at once. The first script imports them only when it has run, and a browser would
// not know of them before; styles are fetched but hold up nothing, so that the poster in the document is painted first.
// Few files rather than many: each is a request of its own.

import type { HtmlTagDescriptor, Plugin } from 'vite';

/** Small modules that nearly every part of the page shares. They lie with Svelte's own, which they need, in place of a file for each. */
const EVERYWHERE =
  /[\\/]src[\\/](?:text[\\/](?:fill|diagnostics[\\/]format)|ui[\\/](?:in-turn|elements[\\/]icons?|transport[\\/]playback)|internal[\\/]disclose-version)\./i;

/** Names what `entry` (path below the root) and its static imports are built into. */
export function firstLoad(entry: string): Plugin {
  return {
    name: 'meshscope:first-load',
    apply: 'build',
    config: () => ({
      build: {
        // Where a browser knows no modulepreload (Safari before 17), the page's code is asked for one step later.
        modulePreload: { polyfill: false },
        rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'client', test: EVERYWHERE }] } } },
      },
    }),
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
        const first = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(entry) === true);
        if (first === undefined) throw new Error(`${entry} is no chunk of its own`);
        // A Set hands out what is added while it is walked.
        const needed = new Set([first.fileName]);
        for (const file of needed)
          for (const imported of chunks.find(({ fileName }) => fileName === file)?.imports ?? []) needed.add(imported);
        const styles = chunks.filter(({ fileName }) => needed.has(fileName)).flatMap(stylesOf);
        return [
          ...[...needed].map((file) => link({ rel: 'modulepreload', crossorigin: true, href: `./${file}` })),
          ...styles.map((file) => link({ rel: 'preload', as: 'style', crossorigin: true, href: `./${file}` })),
        ];
      },
    },
  };
}

function stylesOf({
  viteMetadata,
}: {
  readonly viteMetadata?: { readonly importedCss: ReadonlySet<string> };
}): string[] {
  return [...(viteMetadata?.importedCss ?? [])];
}

function link(attrs: Record<string, string | boolean>): HtmlTagDescriptor {
  return { tag: 'link', attrs, injectTo: 'head' };
}

// What the panel of a proxy's configuration says, in English. Tables, columns and cells are istioctl's own and are not translated.

export const config = {
  proxy: 'Proxy',
  table: 'What it holds',
  search: 'Search lines',
  reading: 'Reading the configuration …',
  unreachable:
    'Configurations cannot be shown: a part of the page could not be loaded. Reload it when there is a network.',
  noProxies: 'No proxy runs at this instant.',
  noProxy: '{pod} has no proxy: nothing of the mesh stands between it and the network. These pods have one:',
  noLines: 'It holds none of these.',
  noMatch: 'No line matches.',
  more: '{count} more lines match. Search to narrow them down.',
  command: 'The same of a real proxy',
  copy: 'Copy the command',
  freshness: {
    none: 'It has received no configuration yet.',
    newest: 'Revision {revision}, the newest that istiod has pushed.',
    unchanged: 'Revision {revision}. What istiod has pushed since ({pushed}) changed nothing for it.',
    behind: 'Stale: it decides by revision {revision}, and a newer one ({pushed}) is on its way.',
  },
  enrolled: '{pod} has no proxy of its own: the ztunnel of its node speaks for it.',
  whole: 'The line in full',
  wholeHint: 'As the simulation holds it; times are in microseconds.',
  close: 'Close the line',
  madeUp: 'No manifest line: istiod makes it by itself.',
} as const;

/** The same keys in every language. */
export type ConfigTexts = {
  readonly [K in keyof typeof config]: K extends 'freshness'
    ? Readonly<Record<keyof (typeof config)['freshness'], string>>
    : string;
};

// The door of what a listener learns: fetched when somebody opens the panel, not with the page.
export { linkOfRecord, tapLinks, tapOf } from './tap.ts';
export type { Learned, Seen, Tap, TapLink, TapRow, Vantage } from './tap.ts';

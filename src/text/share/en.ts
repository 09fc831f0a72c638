// What is said of links and files that lead to exactly this, in English.

export const share = {
  title: 'A link to exactly this',
  what: 'The manifests as they are now, what was done to the cluster, forks, and the instant {time} s. All of it stands in the link itself: nothing is sent anywhere before somebody opens it.',
  link: 'Link',
  copy: 'Copy the link',
  copied: 'The link is copied.',
  tooLong: 'With {count} characters this would be cut by chats and mail. Save it as a file instead.',
  save: 'Save as a file',
  embed: 'Copy code to embed it',
  embedHint: 'Stage and time alone, as a frame for an article. It never plays by itself, and keeps nothing.',
  embedCopied: 'The code for the frame is copied.',
  frame: 'Meshscope: {place}',
  whole: 'Open in Meshscope',
  open: 'Open a saved file …',
  notOurs: 'This file was not saved by Meshscope.',
  unreadable: 'This link is damaged: perhaps it was cut. The page begins as it usually does.',
  newer: 'This link was made by a newer Meshscope. Reload the page to get it; until then it begins as it usually does.',
  opened: 'This is what the link leads to. Undo brings your own manifests back.',
  kept: 'The link leads to other manifests than yours, which are kept here.',
  show: 'Show those of the link',
} as const;

export type ShareTexts = { readonly [K in keyof typeof share]: string };

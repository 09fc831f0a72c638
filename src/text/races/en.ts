// What a search for failing schedules says, in English.

export const races = {
  title: 'Find a race',
  property: 'What must hold',
  search: 'Search',
  cancel: 'Cancel',
  open: 'Open the failing run',
  link: 'Link to it',
  seed: 'Starting from the schedule of seed {seed}, from {began} on.',
  'phase-given': 'The schedule of the seed',
  'phase-ends': 'One wait at the ends of its window',
  'phase-lengths': 'One wait at every length',
  'phase-samples': 'Every wait drawn anew',
  'phase-shrinking': 'Fewest and least changes',
  progress: '{phase}: {done} of {of}. {schedules} schedules, {states} states.',
  cancelled: 'Cancelled after {schedules} schedules.',

  proved: 'Proved: {property}, whatever the length of any one of {waits} waits.',
  'proved-bound':
    '{schedules} schedules, {states} states, at most {horizon} each, less where nothing but traffic and what is periodic goes on. Between two lengths at which nothing changes places, one stands for all. {kept} connection latencies were tried at both ends of their windows, and {samples} schedules with every wait drawn anew held as well.',
  'none-found': 'None found: {property} held in {schedules} schedules. That is a sample, no proof.',
  'none-found-bound':
    '{waits} waits were tried at every length, {samples} schedules had every wait drawn anew, {states} states in all; the search ends there.',
  counterexample: 'Fails: {property}.',
  'given-fails': 'The schedule of the seed fails without any change.',
  'one-unlucky': 'One unlucky delay is enough:',
  'many-unlucky': '{count} unlucky delays together:',
  longer: '{fact} of {path} takes {wait} instead of {drawn} (possible: {min} to {max}).',
  shorter: '{fact} of {path} takes only {wait} instead of {drawn} (possible: {min} to {max}).',
  least: 'One microsecond nearer to what was drawn, and it holds.',
  deciding: 'The deciding moment, {at}: {line}',
  instead: 'Otherwise: {line}',
  'nothing-judged': '{property} cannot be judged: nothing that it is about happens within {horizon}.',
  unready: 'Not every pod is ready {limit} after the manifests before: what comes next is not applied.',
  'unreadable-unknown': '“{text}” is no property. There are: {usage}',
  'unreadable-arguments': '“{text}” is written {usage}.',
  'unreadable-marker': '“{text}” names a span that the scenario’s markers do not give: {usage}',

  'request-failed': '{client} asked for {url} and got: {result}.',
  'request-unanswered': '{client} asked for {url} and got no answer within {within}.',
  'request-late': '{client} asked for {url} and got an answer later than {within}.',
  'connection-plain': '{client} reached {server} without mutual TLS.',
  'request-allowed': '{server} served {client}: {url}.',
  'container-killed': 'Container {container} of {pod} was killed.',
  'container-restarted': 'Container {container} of {pod} was restarted ({reason}).',
  'job-unfinished': 'Job {job} did not complete.',
  'pod-unready': '{pod} is not ready.',
  'flag-seen': '{client} asked for {url} and got: {result}.',
} as const satisfies Readonly<Record<string, string>>;

export type RaceTexts = Readonly<Record<keyof typeof races, string>>;

// What the tour of the first minutes says, in English.

export const tour = {
  title: 'Tour',
  welcome: 'A whole mesh runs here, and some of its first requests fail. Choose one, and read why.',
  begin: 'Show me around',
  place: '{at} of {count}',
  play: 'Time stands still. Press play, watch a few packets, then pause.',
  choose: 'Every line is something that happened. Choose one: the page goes to its instant and explains it.',
  follow:
    'This is why it went as it did, one place after the other. Follow an underlined file to the line that decided.',
  change: 'Here is that line. Change something in the text: a number of replicas, a port, a label.',
  apply: 'Apply it. The cluster changes at this instant; what came before stays.',
  lessons: 'Lessons ask one question each, and prove your answer in every order of events. Open the list.',
  open: 'First open {pane}.',
  next: 'Next',
  leave: 'Leave the tour',
  done: 'That was the tour. Help (?) shows it again.',
} as const;

export type TourTexts = { readonly [K in keyof typeof tour]: string };

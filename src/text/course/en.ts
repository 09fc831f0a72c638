// What the dialog of lessons says beside the list: the map, the index of symptoms, the glossary, the claims of talks.

export const course = {
  pages: 'Pages',
  page: { map: 'Map', symptoms: 'Symptoms', glossary: 'Glossary', claims: 'Said in talks' },
  track: {
    '10': 'Why a mesh',
    '20': 'Sidecars',
    '30': 'Ambient mode',
    '40': 'Traffic',
    '50': 'Many clusters',
    '60': 'The edge and the platform',
    '70': 'Before and beyond',
  },
  map: {
    next: 'Next',
    goOn: 'Go on',
    begin: 'Begin',
    done: 'Every lesson is solved.',
    progress: '{solved} of {count} solved',
    state: { solved: 'Solved', begun: 'Begun', new: 'New' },
    leadsTo: 'Leads to: {titles}',
    legend: 'A line leads from a lesson to those that build on it. Any lesson can be taken at any time.',
  },
  symptoms: {
    lead: 'What do you see? Each line leads to the lesson that shows where it comes from.',
    search: 'Search symptoms',
    none: 'No symptom here has these words. Try fewer, or the flag or status code alone.',
    step: 'at “{step}”',
  },
  glossary: {
    lead: 'Words of Kubernetes and Istio are written as upstream writes them.',
    search: 'Search terms',
    none: 'No term has these words.',
    lessons: 'In: {titles}',
    open: 'Open the glossary',
  },
  claims: {
    lead: 'The lessons grew out of five talks, all given in Japanese. This is what they say, and what is so today.',
    verdict: { right: 'Right', outdated: 'Outdated', wrong: 'Wrong', unproved: 'Not proved' },
    verdictHint: {
      right: 'It is so.',
      outdated: 'It was so when it was said.',
      wrong: 'It was not so.',
      unproved: 'A figure without a published method.',
    },
    all: 'All',
    figure: 'Whose figure: {owner}',
    sources: 'Sources',
    seen: 'Shown in: {titles}',
    here: 'Said in talks',
  },
} as const;

type Words<T> = { readonly [K in keyof T]: T[K] extends string ? string : Words<T[K]> };
export type CourseTexts = Words<typeof course>;

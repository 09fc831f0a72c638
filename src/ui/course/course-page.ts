// The pages of the dialog of lessons. A page may be opened at one of its entries.

export type CoursePage =
  | { readonly kind: 'map' }
  | { readonly kind: 'symptoms' }
  | { readonly kind: 'glossary'; readonly term: string }
  | { readonly kind: 'claims'; readonly claim: string };

export const coursePages = ['map', 'symptoms', 'glossary', 'claims'] as const satisfies readonly CoursePage['kind'][];

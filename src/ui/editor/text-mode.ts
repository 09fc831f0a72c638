// How the open file is shown: as text to edit, beside what it was at the start, or as a form of its most used fields.

export type TextMode = 'text' | 'compare' | 'form';

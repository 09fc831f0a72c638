// Made from the folder lessons/ when the page is built: vite.lessons.ts.
declare module 'virtual:lessons' {
  import type { LessonCatalogue } from '../lesson/model/index.ts';

  export const lessons: LessonCatalogue;
}

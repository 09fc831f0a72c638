// Made from the folder lessons/ when the page is built: vite.lessons.ts.
declare module 'virtual:lessons' {
  export const lessons: import('../lesson/model/index.ts').LessonCatalogue;
}

// Made from the folder lessons/ when the page is built: vite.lessons.ts.
declare module 'virtual:lessons' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- a declared module cannot import by a relative name
  export const lessons: import('../lesson/model/index.ts').LessonCatalogue;
}

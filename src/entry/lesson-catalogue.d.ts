// Made from the folder lessons/ when the page is built: vite.lessons.ts.
declare module 'virtual:lessons' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- a declared module cannot import by a relative name
  export const lessons: import('../lesson/model/index.ts').LessonCatalogue;
}
// The same without what the list says of each: little enough for the first script.
declare module 'virtual:lessons/doors' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- as above
  export const doors: readonly import('../lesson/model/index.ts').LessonDoor[];
}

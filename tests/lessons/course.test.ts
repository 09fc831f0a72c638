// What leads from one part of the course to another leads somewhere: terms, claims, symptoms. In both languages.
import { describe, expect, test } from 'vitest';
import { readLesson } from '../../src/entry/commands/lesson-files.ts';
import { unknownTerms } from '../../src/lesson/index.ts';
import { languages, loadClaims, loadCourseTexts, loadGlossary, loadLessonTexts, loadTexts } from '../../src/text/index.ts';
import { lessonFolders, lessonRoot } from './lesson-folders.ts';

describe.each(languages)('in %s', (language) => {
  test('no reply to a prediction says again what the page says before it', async () => {
    const { right, wrong } = (await loadLessonTexts(language)).predict;
    for (const [folder, { lesson }] of lessonFolders)
      for (const { reply } of lesson?.texts[language].options ?? [])
        expect(reply.startsWith(right) || reply.startsWith(wrong), `${folder}: ${reply}`).toBe(false);
  });

  test('every claim has its words, its source, and lessons that there are', async () => {
    const { rows, words } = await loadClaims(language);
    for (const { id, sources, lessons, talks } of rows) {
      const { claim, answer } = words.claims[id];
      expect(claim.length * answer.length, id).toBeGreaterThan(0);
      expect(sources.length, id).toBeGreaterThan(0);
      for (const { href } of sources) expect(new URL(href).protocol, id).toBe('https:');
      for (const lesson of lessons) expect([...lessonFolders.keys()], id).toContain(lesson);
      for (const talk of talks) expect(words.talks[talk].title, id).not.toBe('');
    }
  });

  test('every view of the inspector that a lesson sends people to is called so', async () => {
    const views = Object.values((await loadTexts(language)).ui.panel);
    const sent = language === 'en' ? /\bopen \*([^*]+)\*/gi : /「([^」]+)」を開/g;
    for (const folder of lessonFolders.keys()) {
      const { text } = readLesson(lessonRoot, folder).find(({ path }) => path === `${language}.md`) ?? { text: '' };
      for (const [, view = ''] of text.matchAll(sent)) expect(views, folder).toContain(view);
    }
  });

  test('every track that has lessons has a name', async () => {
    const { track } = await loadCourseTexts(language);
    for (const folder of lessonFolders.keys()) expect(Object.keys(track)).toContain(folder.slice(0, 2));
  });
});

test('a Japanese term with letters or kanji says how it is read, in kana', async () => {
  for (const [id, { term, reading }] of Object.entries(await loadGlossary('ja'))) {
    if (/[A-Za-z\p{Script=Han}]/u.test(term)) expect(reading, id).toMatch(/^[\p{sc=Hira}\p{sc=Kana}ー・、]+$/u);
  }
});

test.each([...lessonFolders.keys()])('%s links to terms that there are', async (folder) => {
  const terms = new Set(Object.keys(await loadGlossary('en')));
  expect(unknownTerms(readLesson(lessonRoot, folder), terms)).toEqual([]);
});

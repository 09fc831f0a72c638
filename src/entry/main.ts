// Starts the page.

const app = document.querySelector('#app');
if (app !== null) {
  const heading = document.createElement('h1');
  heading.textContent = 'Meshscope';
  const main = document.createElement('main');
  main.append(heading);
  app.append(main);
}
new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

// Every screen and state of the page, and how a person gets there from the opening. Pictures are taken of them, and axe judges them.

import type { Page } from 'playwright-core';

export interface Screen {
  readonly name: string;
  /**
   * It is reached from the screen before it in the list too, once what stands over the page is closed, and differs from it in this part
   * of the page. Default: it is reached from the opening only.
   */
  readonly follows?: string;
  readonly reach: (page: Page, on: Situation) => Promise<void>;
}

export interface Situation {
  /** One pane at a time, with tabs below. */
  readonly isNarrow: boolean;
}

const panes = ['stage', 'inspector', 'manifests'] as const;

/** Brings a pane to the front where only one fits. */
async function front(page: Page, pane: (typeof panes)[number], { isNarrow }: Situation): Promise<void> {
  if (isNarrow) await page.locator('.page > nav button').nth(panes.indexOf(pane)).click();
}

async function panel(page: Page, at: number, on: Situation): Promise<void> {
  await front(page, 'inspector', on);
  await page.locator('.inspector [role=tab]').nth(at).click();
  await page.locator('.inspector [role=tabpanel] > *').first().waitFor();
}

const coursePages = ['map', 'symptoms', 'glossary', 'claims'] as const;

/** Opens the dialog of lessons at one of its pages. */
async function openLessons(page: Page, at: (typeof coursePages)[number]): Promise<void> {
  await page.locator('header .button.quiet').first().click();
  await page.locator('dialog [role=tab]').nth(coursePages.indexOf(at)).click();
  await page.locator('dialog [role=tabpanel] a').first().waitFor();
}

/** Selects the second of the telling records, which stand there until one is. */
async function select(page: Page, on: Situation): Promise<void> {
  await front(page, 'inspector', on);
  const telling = page.locator('.lines button').nth(1);
  await page.locator('.steps').or(telling).first().waitFor();
  if (await telling.isVisible()) await telling.click();
}

/** To the end of the run, where proxies have something to tell. */
async function toEnd(page: Page): Promise<void> {
  await page.keyboard.press('End');
  await page.locator('[role=slider][aria-valuenow="0"]').waitFor({ state: 'detached' });
}

export const screens: readonly Screen[] = [
  {
    name: 'opening',
    // A telling moment is found: the playhead has left the start.
    reach: async (page) => page.locator('[role=slider]:not([aria-valuenow="0"])').first().waitFor(),
  },
  {
    name: 'why',
    follows: '.inspector',
    async reach(page, on) {
      await select(page, on);
      await page.locator('.steps li').nth(1).waitFor();
    },
  },
  {
    name: 'sequence',
    follows: '.inspector',
    async reach(page, on) {
      await panel(page, 0, on);
      await select(page, on);
      await panel(page, 1, on);
    },
  },
  {
    name: 'tap',
    follows: '.inspector',
    async reach(page, on) {
      await panel(page, 0, on);
      await select(page, on);
      await panel(page, 10, on);
      await page.getByRole('tabpanel').locator('[data-walk]').first().waitFor();
    },
  },
  {
    name: 'log',
    follows: '.inspector',
    async reach(page, on) {
      await panel(page, 3, on);
      await page.getByRole('log').getByRole('button').first().waitFor();
    },
  },
  {
    name: 'course',
    follows: '.inspector',
    async reach(page, on) {
      await panel(page, 4, on);
      await page.getByRole('tabpanel').getByRole('listitem').first().waitFor();
    },
  },
  {
    name: 'objects',
    follows: '.inspector',
    async reach(page, on) {
      await panel(page, 5, on);
      await page.getByRole('tabpanel').getByText('Deployment').first().waitFor();
    },
  },
  {
    name: 'config',
    follows: '.inspector',
    async reach(page, on) {
      await panel(page, 6, on);
      await page.getByRole('tabpanel').locator('tbody .link').first().click();
      await page.getByRole('tabpanel').locator('pre.mono').waitFor();
    },
  },
  {
    name: 'certificates',
    follows: '.inspector',
    async reach(page, on) {
      await panel(page, 9, on);
      await page.getByRole('tabpanel').locator('table tbody tr').first().waitFor();
    },
  },
  {
    name: 'access',
    follows: '.inspector',
    async reach(page, on) {
      await toEnd(page);
      await panel(page, 7, on);
      await page.locator('.access .line').last().click();
      await page.locator('.access .parts button').first().waitFor();
    },
  },
  {
    name: 'metrics',
    follows: '.inspector',
    async reach(page, on) {
      await toEnd(page);
      await panel(page, 8, on);
      await page.getByRole('tabpanel').locator('figure').last().waitFor();
    },
  },
  {
    name: 'counters',
    follows: '.inspector',
    async reach(page, on) {
      await toEnd(page);
      await panel(page, 8, on);
      await page.locator('input[name=metrics]').nth(2).check({ force: true });
      await page.getByRole('tabpanel').locator('.counter').first().waitFor();
    },
  },
  {
    name: 'lessons',
    async reach(page) {
      await openLessons(page, 'map');
    },
  },
  {
    name: 'symptoms',
    follows: 'dialog',
    async reach(page) {
      await openLessons(page, 'symptoms');
    },
  },
  {
    name: 'glossary',
    follows: 'dialog',
    async reach(page) {
      await openLessons(page, 'glossary');
    },
  },
  {
    name: 'claims',
    follows: 'dialog',
    async reach(page) {
      await openLessons(page, 'claims');
    },
  },
  {
    name: 'help',
    follows: 'dialog',
    async reach(page) {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'time',
    follows: 'dialog',
    async reach(page) {
      await page.keyboard.press('g');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'export',
    follows: 'dialog',
    async reach(page, on) {
      await front(page, 'inspector', on);
      await page.locator('[data-opens=export]').first().click();
      await page.getByRole('dialog').locator('li').first().waitFor();
    },
  },
  {
    name: 'fidelity',
    follows: 'dialog',
    async reach(page, on) {
      await front(page, 'inspector', on);
      await page.locator('[data-opens=fidelity]').first().click();
      await page.getByRole('dialog').locator('li').first().waitFor();
    },
  },
  {
    name: 'pod',
    async reach(page, on) {
      await page.locator('[data-pod]').first().click();
      await panel(page, 0, on);
      await page.locator('.facts').waitFor();
    },
  },
  {
    name: 'state',
    follows: '.inspector',
    async reach(page, on) {
      await page.locator('[data-pod]').first().click();
      await panel(page, 2, on);
      await page.locator('.chart svg').waitFor();
    },
  },
  {
    name: 'sockets',
    follows: 'section.stage',
    async reach(page) {
      await page.locator('.level select').selectOption('sockets');
      await page.locator('[data-tip^=socket]').first().waitFor();
    },
  },
  {
    name: 'menu',
    follows: '[role=menu]',
    async reach(page) {
      await page.locator('[data-pod]').first().click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'send',
    follows: 'dialog',
    async reach(page) {
      await page.locator('[data-pod]').first().click({ button: 'right' });
      await page
        .getByRole('menuitem', { name: /Send|送/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'list',
    follows: 'section.stage',
    async reach(page) {
      await page.locator('input[name=stage-view]').nth(1).check({ force: true });
      await page.getByRole('tree').waitFor();
    },
  },
  {
    name: 'editor',
    async reach(page, on) {
      await front(page, 'manifests', on);
      await page.locator('.manifests textarea.mono').focus();
      if (!on.isNarrow) await page.locator('.monaco-editor .view-line').first().waitFor();
    },
  },
  {
    name: 'problem',
    async reach(page, on) {
      await front(page, 'manifests', on);
      const text = page.locator('.manifests textarea.mono');
      await text.fill(
        `${await text.inputValue()}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: Web_1\nspec: {}\n`,
      );
      await page.locator('.manifests').getByText(/Web_1/).last().waitFor();
    },
  },
  {
    name: 'too-large',
    async reach(page, on) {
      await front(page, 'manifests', on);
      const text = page.locator('.manifests textarea.mono');
      const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: crowd, namespace: shop}\n';
      const template =
        'template: {metadata: {labels: {app: crowd}}, spec: {containers: [{name: crowd, image: crowd}]}}';
      await text.fill(`${web}spec: {replicas: 20000, selector: {matchLabels: {app: crowd}}, ${template}}\n`);
      await page.getByRole('alert').getByText(/crowd/).waitFor();
    },
  },
  {
    name: 'restart',
    async reach(page, on) {
      await page.locator('[data-pod]').first().click({ button: 'right' });
      await page
        .getByRole('menuitem', { name: /Kill|終了/ })
        .first()
        .click();
      await page
        .locator('[role=status]')
        .getByText(/killed|終了/)
        .waitFor();
      await front(page, 'manifests', on);
      await page.getByRole('button', { name: /^(Restart|再実行)$/ }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'history',
    follows: 'dialog',
    async reach(page) {
      await page.keyboard.press('h');
      await page.getByRole('dialog').locator('footer').waitFor();
    },
  },
  {
    name: 'tour',
    follows: '.trouble',
    async reach(page) {
      await page.keyboard.press('?');
      await page.getByRole('dialog').locator('.tour button').click();
      await page.locator('[data-region=tour] .button').first().click();
      await page.locator('[data-toured]').waitFor();
    },
  },
  {
    name: 'lesson',
    async reach(page) {
      await page.goto(new URL('#/l/20-start-race', page.url()).href);
      await page.locator('.lesson nav button').nth(4).click();
      await page.locator('.lesson .breaks').first().waitFor();
    },
  },
  {
    name: 'stopped',
    async reach(page, on) {
      const stop = { message: 'run-too-many-records', params: { at: '7.298 s', limit: 2_000_000 } };
      await tellFromWorker(page, { type: 'progress', run: 1, simulated: 7_298_000, settled: false, stop }, on);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'failed',
    async reach(page, on) {
      const message = 'the engine stopped: a socket is closed once (test)';
      await tellFromWorker(page, { type: 'failed', run: 1, message }, on);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'dead',
    async reach(page, on) {
      await killWorkers(page, on);
      await page.getByRole('alert').waitFor();
    },
  },
];

/** Lets the simulation die as it does when memory ends: its next question meets a worker that throws. */
export async function killWorkers(page: Page, on: Situation): Promise<void> {
  await inWorkers(page, 'setTimeout(() => { throw new Error("out of memory (test)"); })', on);
}

/** Lets the simulation say something that takes long, or a bug, to come about. */
async function tellFromWorker(page: Page, message: unknown, on: Situation): Promise<void> {
  await inWorkers(page, `self.postMessage(${JSON.stringify(message)})`, on);
}

async function inWorkers(page: Page, expression: string, on: Situation): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const ids: string[] = [];
  session.on('Target.attachedToTarget', ({ sessionId }) => ids.push(sessionId));
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await page.waitForTimeout(100);
  for (const sessionId of ids) {
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    await session.send('Target.sendMessageToTarget', { sessionId, message });
  }
  if (on.isNarrow) await page.waitForTimeout(100);
}

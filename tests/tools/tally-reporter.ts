// The last line of a test run, for people in a hurry and for CI: "12 passed, 0 failed", then ", 1 skipped" if any. Above it, a line for
// each test that passed only when it was tried again.

import type { Reporter, TestModule, TestRunEndReason, SerializedError, Vitest } from 'vitest/node';

/** Counts of one run. A file that cannot be loaded and an error outside every test count as one failure each. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export default class TallyReporter implements Reporter {
  #isWatching = false;

  onInit(vitest: Vitest): void {
    this.#isWatching = vitest.config.watch;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    if (this.#isWatching) return;
    const tally: Tally = { passed: 0, failed: errors.length, skipped: 0 };
    const shaky: string[] = [];
    for (const module of modules) {
      countModule(module, tally);
      for (const test of module.children.allTests())
        if (test.diagnostic()?.flaky === true)
          shaky.push(`passed only when tried again: ${module.relativeModuleId} > ${test.fullName}\n`);
    }
    if (reason === 'failed' && tally.failed === 0) tally.failed = 1;

    const skipped = tally.skipped > 0 ? `, ${String(tally.skipped)} skipped` : '';
    const line = `${String(tally.passed)} passed, ${String(tally.failed)} failed${skipped}\n`;
    // Other reporters still print after this call; the line must be the last.
    process.once('exit', () => process.stdout.write(shaky.join('') + line));
  }
}

function countModule(module: TestModule, tally: Tally): void {
  tally.failed += module.errors().length;
  for (const suite of module.children.allSuites()) tally.failed += suite.errors().length;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') tally.passed += 1;
    else if (state === 'skipped') tally.skipped += 1;
    else tally.failed += 1;
  }
}

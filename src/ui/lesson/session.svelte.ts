// A lesson as somebody goes through it: the step, the prediction, what the judges say of the manifests, and how far it was kept.

import type { FromJudge, Judgement, ShownTable, ShownText, StepId, ToJudge } from '../../lesson/model/index.ts';
import { stepIds } from '../../lesson/model/index.ts';
import { sameFiles } from '../editor/files.ts';
import { afterQuiet } from '../quiet.ts';
import { forkShown } from '../workspace/futures.ts';
import type { OpenLesson } from '../workspace/options.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';
import type { JudgePort } from './judge-port.ts';
import { keepProgress, type LessonProgress, progressIn } from './progress.ts';

export type Proof =
  | { readonly kind: 'none' }
  | { readonly kind: 'proving'; readonly done: number; readonly of: number }
  | { readonly kind: 'proved'; readonly schedules: number; readonly until: number; readonly files: Files }
  | { readonly kind: 'refuted'; readonly schedule: number; readonly judgement: Judgement; readonly files: Files }
  | { readonly kind: 'failed'; readonly message: string };

type Files = Workspace['drafts']['files'];

/** From the last key to the judges: they answer for a lesson's scene in about the same time. */
const JUDGE_AFTER_MS = 120;

export class LessonSession {
  /** Undefined while it is loaded. */
  text = $state.raw<ShownText | undefined>();
  isUnreachable = $state(false);
  /** What the shown schedule comes to; undefined while it is being judged for the first time. */
  judgement = $state.raw<Judgement | undefined>();
  tables = $state.raw<Readonly<Record<string, ShownTable>>>({});
  isJudging = $state(true);
  proof = $state.raw<Proof>({ kind: 'none' });
  progress = $state.raw<LessonProgress>();

  readonly lesson: OpenLesson;
  readonly #workspace: Workspace;
  readonly #judgeSoon: ReturnType<typeof afterQuiet>;
  #port: JudgePort | undefined;
  #request = 0;
  /** The manifests of the question that was asked last. */
  #asked: Files = [];

  constructor(workspace: Workspace, lesson: OpenLesson) {
    this.#workspace = workspace;
    this.lesson = lesson;
    this.text = lesson.words?.text;
    this.progress = progressIn(lesson.entry.id);
    this.#judgeSoon = afterQuiet(JUDGE_AFTER_MS, () => this.#ask('judge'));
  }

  get step(): StepId {
    return this.progress?.step ?? 'question';
  }

  /** The step after this, or before; undefined at the ends. */
  beside(by: 1 | -1): StepId | undefined {
    return stepIds[stepIds.indexOf(this.step) + by];
  }

  go(step: StepId): void {
    this.#keep({ step });
  }

  predict(option: number): void {
    this.#keep({ predicted: option });
  }

  /** The hint of a level, and those before it, have been opened. */
  openHint(level: number): void {
    if (level > (this.progress?.hints ?? 0)) this.#keep({ hints: level });
  }

  /** Loads the words of a language. */
  async read(): Promise<void> {
    const { language } = this.#workspace.preferences;
    this.isUnreachable = false;
    try {
      const text = await this.lesson.entry.loadText(language);
      if (language === this.#workspace.preferences.language) this.text = text;
    } catch {
      this.isUnreachable = true;
    }
  }

  /** The manifests are others than before: what was said of them no longer counts. */
  changed(): void {
    this.isJudging = true;
    this.#judgeSoon.call();
  }

  prove(): void {
    this.proof = { kind: 'proving', done: 0, of: this.lesson.script.bound.seeds };
    this.#ask('prove');
  }

  cancelProof(): void {
    this.proof = { kind: 'none' };
    this.#port?.post({ type: 'stop' });
    if (this.isJudging) this.#ask('judge');
  }

  /** Whether the manifests are still those that a proof was about. */
  isAbout(files: Files): boolean {
    return files === this.#workspace.drafts.files;
  }

  /** Whether the stage shows what is judged: the manifests as they are, from the beginning, in the usual schedule, nothing done by hand. */
  get isOnStage(): boolean {
    const { drafts, futures } = this.#workspace;
    const { manifests, schedule, luck } = futures.source;
    return (
      schedule === undefined &&
      luck === undefined &&
      forkShown(futures).deeds.length === 0 &&
      sameFiles(drafts.files, manifests)
    );
  }

  /** Puts the judged run on the stage, where it has come to the end of what is judged. */
  showJudged(): void {
    this.#workspace.restart(this.lesson.script.bound.until);
  }

  close(): void {
    this.#judgeSoon.cancel();
    this.#port?.close();
    this.#port = undefined;
  }

  #ask(type: 'judge' | 'prove'): void {
    if (type === 'judge' && this.proof.kind === 'proving') this.proof = { kind: 'none' };
    this.#request += 1;
    this.#asked = this.#workspace.drafts.files;
    this.#port ??= this.#workspace.connectJudge({
      onMessage: (message) => this.#receive(message),
      onDeath: (reason) => this.#fail(reason),
    });
    const question: ToJudge = {
      type,
      request: this.#request,
      lesson: this.lesson.script,
      manifests: this.#asked.map(({ path, text }) => ({ path, text })),
    };
    this.#port.post(question);
  }

  #receive(message: FromJudge): void {
    if (message.request !== this.#request) return;
    switch (message.type) {
      case 'judged':
        this.judgement = message.judgement;
        this.tables = message.tables;
        this.isJudging = false;
        return;
      case 'proving':
        this.proof = { kind: 'proving', done: message.done, of: message.of };
        return;
      case 'proved':
        this.proof = { kind: 'proved', schedules: message.schedules, until: message.until, files: this.#asked };
        this.#keep({ isSolved: true });
        break;
      case 'refuted':
        this.proof = { kind: 'refuted', schedule: message.schedule, judgement: message.judgement, files: this.#asked };
        break;
      case 'failed':
        this.#fail(message.message);
        return;
    }
    if (this.isJudging) this.#ask('judge');
  }

  #fail(message: string): void {
    this.#port?.close();
    this.#port = undefined;
    this.isJudging = false;
    this.proof = { kind: 'failed', message };
  }

  #keep(change: Partial<LessonProgress>): void {
    this.progress = { ...progressIn(this.lesson.entry.id), ...this.progress, ...change };
    if (!keepProgress(this.lesson.entry.id, this.progress))
      this.#workspace.notice.say(() => this.#workspace.ui.editor.storageFull);
  }
}

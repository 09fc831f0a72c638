// What the log is narrowed to. Kept here and not in the log, because figures and menus elsewhere ask for it too.

import {
  everySubject,
  logGroups,
  type LogFilter,
  type LogGroup,
  type LogOnly,
  type LogSubject,
} from '../../view/index.ts';

const allGroups: ReadonlySet<LogGroup> = new Set(logGroups);

function groupsOf(groups: readonly LogGroup[]): ReadonlySet<LogGroup> {
  return new Set(groups);
}

export class LogView {
  groups = $state.raw<ReadonlySet<LogGroup>>(allGroups);
  only = $state<LogOnly>('everything');
  subject = $state.raw<LogSubject>(everySubject);
  text = $state('');
  /** Whether the list moves along with time. */
  follows = $state(true);

  readonly filter = $derived.by((): LogFilter => {
    return { groups: this.groups, only: this.only, subject: this.subject, text: this.text };
  });

  /** Narrows the log to something, and to nothing besides. */
  show(filter: Partial<LogFilter>): void {
    this.groups = filter.groups ?? allGroups;
    this.only = filter.only ?? 'everything';
    this.subject = filter.subject ?? everySubject;
    this.text = filter.text ?? '';
  }

  toggle(group: LogGroup): void {
    const kept = logGroups.filter((other) => (other === group) !== this.groups.has(other));
    this.groups = groupsOf(kept);
  }

  /** What was computed anew may not hold the pod, the connection or the request any more. */
  forget(): void {
    this.subject = everySubject;
  }
}

// Arrow keys in a row of things that have one place in the order of Tab.

export interface Walk {
  readonly next: string;
  readonly previous: string;
  /** Selects the things to walk over, inside the nearest list. */
  readonly among: string;
}

/** Moves the focus one thing on or back, or to an end; other keys are left alone. */
export function walk(event: KeyboardEvent, { next, previous, among }: Walk): void {
  const here = event.currentTarget;
  if (!(here instanceof HTMLElement) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const things = [...(here.closest('ol')?.querySelectorAll<HTMLElement>(among) ?? [])];
  const at = things.indexOf(here);
  const target = { [next]: at + 1, [previous]: at - 1, Home: 0, End: things.length - 1 }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  things[target]?.focus();
}

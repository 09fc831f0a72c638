// What can be done to a card of the picture, whatever it stands for.

export interface CardIntents {
  readonly onselect: () => void;
  /** Opens its menu at a place on the screen. */
  readonly onmenu: (x: number, y: number) => void;
  /** Keys that do none of these. */
  readonly onkey: (event: KeyboardEvent) => void;
  readonly onfocus: () => void;
}

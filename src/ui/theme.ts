// The themes one can choose. A new one is an entry here, a block of values in tokens.css, its name in the texts and its icon in
// the top bar.

/** `auto` follows the system. */
export const themes = ['auto', 'light', 'dark', 'projector'] as const;
export type Theme = (typeof themes)[number];
/** A theme that has values of its own. */
export type Appearance = Exclude<Theme, 'auto'>;

export function appearanceOf(theme: Theme, isSystemDark: boolean): Appearance {
  if (theme !== 'auto') return theme;
  return isSystemDark ? 'dark' : 'light';
}

/** The theme after this one, around and around. */
export function themeAfter(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
}

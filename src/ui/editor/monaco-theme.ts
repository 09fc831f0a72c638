// Monaco in the page's own inks and sizes. YAML is told apart by weight, not by hue: hue in the editor is kept for problems and selection.

import type { Monaco } from './load-monaco.ts';

const NAME = 'meshscope';

/** Defines the theme from the tokens as they are now, and uses it. */
export function useTheme(monaco: Monaco, element: Element): void {
  const style = getComputedStyle(element);
  const ink = (name: string): string => hexOf(style.getPropertyValue(`--${name}`).trim());
  const bare = (name: string): string => ink(name).slice(1);
  monaco.editor.defineTheme(NAME, {
    base: style.colorScheme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: bare('ink-1') },
      { token: 'type', foreground: bare('ink-1'), fontStyle: 'bold' },
      { token: 'comment', foreground: bare('ink-3') },
      { token: 'string', foreground: bare('ink-2') },
      { token: 'string.yaml', foreground: bare('ink-2') },
      { token: 'number', foreground: bare('ink-2') },
      { token: 'number.yaml', foreground: bare('ink-2') },
      { token: 'keyword', foreground: bare('ink-2') },
      { token: 'operators', foreground: bare('ink-3') },
      { token: 'tag', foreground: bare('ink-2') },
      { token: 'namespace', foreground: bare('ink-2') },
      { token: 'delimiter', foreground: bare('ink-2') },
      { token: 'delimiter.bracket.yaml', foreground: bare('ink-2') },
      { token: 'operators.yaml', foreground: bare('ink-3') },
      { token: 'meta.directive', foreground: bare('ink-3') },
    ],
    colors: {
      'editor.background': ink('raised'),
      'editor.foreground': ink('ink-1'),
      'editorLineNumber.foreground': ink('ink-3'),
      'editorLineNumber.activeForeground': ink('ink-1'),
      'editorLineNumber.dimmedForeground': ink('ink-3'),
      'editorCursor.foreground': ink('ink-1'),
      'editor.selectionBackground': `${ink('accent')}44`,
      'editorIndentGuide.background1': ink('rule'),
      'editorIndentGuide.activeBackground1': ink('line'),
      'editorWidget.background': ink('panel'),
      'editorWidget.border': ink('line'),
      'editorSuggestWidget.background': ink('raised'),
      'editorSuggestWidget.border': ink('line'),
      'editorSuggestWidget.foreground': ink('ink-1'),
      'editorSuggestWidget.highlightForeground': ink('accent'),
      'editorSuggestWidget.focusHighlightForeground': ink('on-accent'),
      'editorSuggestWidget.selectedBackground': ink('accent'),
      'editorSuggestWidget.selectedForeground': ink('on-accent'),
      'editorSuggestWidget.selectedIconForeground': ink('on-accent'),
      'editorHoverWidget.background': ink('raised'),
      'editorHoverWidget.border': ink('line'),
      'editorHoverWidget.foreground': ink('ink-1'),
      'list.hoverBackground': ink('well'),
      'symbolIcon.enumeratorForeground': ink('ink-2'),
      'symbolIcon.propertyForeground': ink('ink-2'),
      'symbolIcon.snippetForeground': ink('ink-2'),
      'diffEditor.insertedLineBackground': `${ink('ok')}18`,
      'diffEditor.insertedTextBackground': `${ink('ok')}18`,
      'diffEditor.removedLineBackground': `${ink('fail')}14`,
      'diffEditor.removedTextBackground': `${ink('fail')}18`,
      'editorError.foreground': ink('fail'),
      'editorWarning.foreground': ink('caution'),
      'editorInfo.foreground': ink('ink-3'),
      focusBorder: ink('accent'),
    },
  });
  monaco.editor.setTheme(NAME);
}

/** The size of the text: 12 px where the browser's own text has 16, larger for those who want larger text, and for the projector. */
export function textSize(host: Element): { readonly fontSize: number; readonly lineHeight: number } {
  const fontSize = Number.parseFloat(getComputedStyle(host).fontSize);
  return { fontSize, lineHeight: Math.round((fontSize * 5) / 3) };
}

/** Forced colours are names of the system's; the theme takes hex only. */
function hexOf(colour: string): string {
  if (/^#[0-9a-f]{6}$/i.test(colour)) return colour;
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return '#000000';
  context.fillStyle = colour;
  return /^#[0-9a-f]{6}$/i.test(context.fillStyle) ? context.fillStyle : '#000000';
}

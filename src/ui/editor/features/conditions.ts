// What controllers say of the objects in the text, behind the line that names each: its conditions at the playhead, in a hover each with
// its reason and message. While time runs, and where the text is no longer what was applied, what was said before stays or goes.

import { untrack } from 'svelte';
import type { editor } from 'monaco-editor/editor';
import { conditionsOf, objectHistoryOf, type ObjectCondition } from '../../../view/index.ts';
import type { EditorFeature } from '../feature.ts';

/** Asks for the objects when the playhead has come to rest. */
export const askConditions: EditorFeature = ({ workspace: { playhead, run, objects } }) => {
  const isAtRest = !playhead.isPlaying && playhead.t >= 0 && run.simulated >= 0 && run.phase.kind === 'running';
  if (isAtRest) untrack(() => objects.look());
  return () => {};
};

/** Shows what has come. */
export const conditions: EditorFeature = ({ models, workspace: { objects, playhead, run } }) => {
  const cursor = untrack(() => playhead.cursor);
  const marks = objects.rows.flatMap(({ ref, status }) => {
    const said = conditionsOf(status);
    if (said.length === 0) return [];
    const { origin } = untrack(() => objectHistoryOf(run.index, ref, cursor));
    const model = origin === undefined ? undefined : models.get(origin.path);
    const line = model === undefined || origin === undefined ? undefined : nameLine(model, origin.range[0], ref.name);
    return model === undefined || line === undefined ? [] : [{ model, line, said }];
  });
  const undo = [...new Set(marks.map(({ model }) => model))].map((model) => {
    const own = marks.filter((mark) => mark.model === model);
    const ids = model.deltaDecorations([], own.map(decorationOf));
    return () => {
      if (!model.isDisposed()) model.deltaDecorations(ids, []);
    };
  });
  return () => undo.forEach((take) => take());
};

/** The line of the document that begins at `first` which gives its object's name; undefined once the text says something else. */
function nameLine(model: editor.ITextModel, first: number, name: string): number | undefined {
  const last = model.getLineCount();
  let isInMetadata = false;
  for (let line = Math.min(first, last); line <= last; line += 1) {
    const text = model.getLineContent(line);
    if (line > first && text.startsWith('---')) return undefined;
    if (/^\S/.test(text)) isInMetadata = text.startsWith('metadata:');
    const found = isInMetadata ? /\bname:\s*["']?([\w.-]+)/.exec(text)?.[1] : undefined;
    if (found !== undefined) return found === name ? line : undefined;
  }
  return undefined;
}

interface Mark {
  readonly line: number;
  readonly said: readonly ObjectCondition[];
}

function decorationOf({ line, said }: Mark): editor.IModelDeltaDecoration {
  const trouble = said.find(({ isTrouble }) => isTrouble);
  return {
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: Number.MAX_SAFE_INTEGER },
    options: {
      after: {
        content: `   ${trouble === undefined ? summaryOf(said) : `▲ ${textOf(trouble)}`}`,
        inlineClassName: trouble === undefined ? 'condition' : 'condition trouble',
      },
      showIfCollapsed: true,
      hoverMessage: said.map((condition) => ({ value: sentenceOf(condition) })),
    },
  };
}

/** Nothing is wrong: the object's own types, or all there are. */
function summaryOf(said: readonly ObjectCondition[]): string {
  const own = said.filter(({ of }) => of === '');
  const types = (own.length === 0 ? said : own).filter(({ status }) => status === 'True').map(({ type }) => type);
  return [...new Set(types)].join(' · ');
}

function textOf({ of, type, status, reason }: ObjectCondition): string {
  return [of, `${type} ${status}`, reason && `(${reason})`].filter((part) => part !== '').join(' ');
}

function sentenceOf(condition: ObjectCondition): string {
  const plain = condition.message.replace(/[\\`*_{}[\]()#+!|<>]/g, '\\$&');
  return `${condition.isTrouble ? '▲ ' : ''}**${textOf(condition)}**${plain === '' ? '' : `: ${plain}`}`;
}

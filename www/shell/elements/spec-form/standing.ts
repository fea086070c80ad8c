/** How a field of a run stands to what it is a change of, and how the runs stand to what all share. */
import { html, type TemplateResult } from 'lit';
import type { Field } from '../../../engine/spec/schema';
import { equal, get } from '../../../engine/spec/patch';
import { styled } from '../../../kit/styled';
import { colour, mark } from '../../figures/run-mark';
import type { SpecEditor } from '../../store/spec-editor';
import { BASE } from '../../store/spec-editor';
import { valueText } from '../../text/values';
import type { Words } from '../../text/words';

/** What is said of a field beside its value. */
export interface Standing {
  marked?: boolean;
  note?: TemplateResult;
}

/** In a run: what it would have otherwise, where it has another, and a way back to it. In what is shared: the runs that have others. */
export function standing(editor: SpecEditor, words: Words, { path }: Field): Standing {
  const { selected } = editor;
  if (selected === BASE) return exceptions(editor, words, path);
  const ground = editor.groundValue(selected, path);
  if (equal(editor.value(selected, path), ground)) return {};
  const text = words.messages.form;
  const value = valueText(words, path, ground);
  const parent = editor.forked?.run;
  const reset = parent === undefined ? text.reset(value) : text.resetTo(parent, value);
  return {
    marked: true,
    note: html`<p class="note">
      ${parent === undefined ? text.differsFrom(value) : text.differsFromRun(parent, value)}
      <button class="link back" type="button" aria-label=${reset} title=${reset} @click=${() => editor.resetValue(path)}>↺</button>
    </p>`,
  };
}

function exceptions(editor: SpecEditor, words: Words, path: string): Standing {
  const base = get(editor.spec.base, path);
  const others = editor.spec.runs.flatMap(({ name, patch }, run) => {
    const own = get(patch, path);
    return own === undefined || equal(own, base) ? [] : [{ name, run, own }];
  });
  if (others.length === 0) return {};
  return {
    note: html`<p class="note">
      ${others.map(
        ({ name, run, own }) => html`
          <button type="button" ${styled({ color: colour(run) })} @click=${() => editor.select(run)}>
            ${mark(run)} <span>${name}: <b>${valueText(words, path, own)}</b></span>
          </button>
        `,
      )}
    </p>`,
  };
}

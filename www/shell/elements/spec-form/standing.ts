/** How a field of a run stands to what all runs share, and how the runs stand to it. */
import { html } from 'lit';
import { messages } from '../../i18n/locale';
import type { Field } from '../../spec/schema';
import { equal, get } from '../../spec/patch';
import { BASE } from '../../workbench/spec-editor';
import type { Workbench } from '../../workbench/workbench';
import { colour, mark } from '../run-mark';
import { valueText } from '../run-tabs/run-tabs';
import type { Standing } from './describe';

/** In a run: the shared value, where it has another, and a way back to it. In what is shared: the runs that have others. */
export function standing(bench: Workbench, { path }: Field): Standing {
  const base = get(bench.spec.base, path);
  if (bench.selected === BASE) return exceptions(bench, path, base);
  if (equal(bench.fieldValue(path), base)) return {};
  const text = messages().form;
  const reset = text.reset(valueText(path, base));
  return {
    marked: true,
    note: html`<p class="note">
      ${text.differsFrom(valueText(path, base))}
      <button class="link back" type="button" aria-label=${reset} title=${reset} @click=${() => bench.resetValue(path)}>↺</button>
    </p>`,
  };
}

function exceptions(bench: Workbench, path: string, base: unknown): Standing {
  const others = bench.spec.runs.flatMap(({ name, patch }, run) => {
    const own = get(patch, path);
    return own === undefined || equal(own, base) ? [] : [{ name, run, own }];
  });
  if (others.length === 0) return {};
  return {
    note: html`<p class="note">
      ${others.map(
        ({ name, run, own }) => html`
          <button type="button" style="color: ${colour(run)}" @click=${() => bench.select(run)}>
            ${mark(run)} <span>${name}: <b>${valueText(path, own)}</b></span>
          </button>
        `,
      )}
    </p>`,
  };
}

import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import { equal, get } from '../../spec/patch';
import { BASE } from '../../workbench/spec-editor';
import type { Workbench } from '../../workbench/workbench';
import { colour, mark } from '../run-mark';
import { valueText } from '../run-tabs/run-tabs';
import { FormField } from './form-field';

/** A field of a run, or of what all runs share, and how they differ in it. */
@customElement('spec-field')
export class SpecField extends FormField<Workbench> {
  protected override differs(value: unknown): boolean {
    return this.bench.selected !== BASE && !equal(value, get(this.bench.spec.base, this.field.path));
  }

  protected override renderDifferences(value: unknown) {
    if (this.bench.selected === BASE) return this.renderExceptions();
    return this.differs(value) ? this.renderReset() : nothing;
  }

  private renderReset() {
    const { bench, field } = this;
    const base = valueText(field.path, get(bench.spec.base, field.path));
    const text = messages().form;
    return html`<p class="diff">
      ${text.differsFrom(base)}
      <button class="link" type="button" aria-label=${text.reset(base)} title=${text.reset(base)} @click=${() => bench.resetValue(field.path)}>↺</button>
    </p>`;
  }

  /** In the base: the runs that have another value. */
  private renderExceptions() {
    const { bench, field } = this;
    const base = get(bench.spec.base, field.path);
    const others = bench.spec.runs.flatMap(({ name, patch }, run) => {
      const own = get(patch, field.path);
      return own === undefined || equal(own, base) ? [] : [{ name, run, own }];
    });
    if (others.length === 0) return nothing;
    return html`<p class="diff">
      ${others.map(
        ({ name, run, own }) => html`
          <button type="button" class="exception" style="color: ${colour(run)}" @click=${() => bench.select(run)}>
            ${mark(run)} ${name}: <b>${valueText(field.path, own)}</b>
          </button>
        `,
      )}
    </p>`;
  }
}

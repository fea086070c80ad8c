import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { FieldEvent, TypedEvent } from '../../../kit/form/events';
import '../../../kit/form/number-box';
import { refusalText } from '../../../kit/form/read-number';
import { parentOf } from '../../../engine/spec/patch';
import { LabElement } from '../lab-element';
import { styles } from './fork-head.css';

/** Of the fork that the form shows: what it begins with, after which step, and what of it stays. */
@customElement('tinyai-fork-head')
export class ForkHead extends LabElement {
  static override styles = [shared, styles];

  @query('.lead') private readonly lead!: HTMLElement | null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store?.setRefusals([], this);
  }

  /** Brings it into view and the focus to it. */
  reveal(): boolean {
    this.lead?.focus({ preventScroll: true });
    this.lead?.scrollIntoView({ block: 'center' });
    return this.lead !== null;
  }

  override render() {
    const { store, text, words } = this;
    const { editor, runner } = store;
    const { forked, selected, spec } = editor;
    if (!forked) return nothing;
    const parent = parentOf(spec, selected);
    const again = runner.again(spec, selected);
    const refusal = store.refusals.find(({ path }) => path === 'fork');
    const problems = refusal
      ? [refusalText(refusal.typed, refusal.reading, words.kit)]
      : editor.problemsAt(selected, 'fork').map(({ message }) => words.message(message));
    return html`
      <p class="lead" tabindex="-1">${text.form.forkHint(forked.run, String(forked.step))}</p>
      <div class="step">
        <label id="label" for="step">${text.form.forkStep}</label>
        <tinyai-number-box
          id="step"
          path="fork"
          .label=${text.form.forkStep}
          .schema=${{ minimum: 0, maximum: parent < 0 ? forked.step : editor.config(parent).training.steps, type: 'integer', 'x-step': 1 }}
          .value=${forked.step}
          .wrong=${problems.length > 0}
          @input=${({ value }: FieldEvent) => typeof value === 'number' && editor.setForkStep(selected, value)}
          @typed=${({ refusal }: TypedEvent) => store.setRefusals(refusal ? [refusal] : [], this)}
        ></tinyai-number-box>
      </div>
      <div class="problems" aria-live="polite">${problems.map((problem) => html`<p>${problem}</p>`)}</div>
      ${again ? html`<p class="hint">${text.form.forkAgain(forked.run, String(again.from + 1), String(again.to))}</p>` : nothing}
      <p class="hint">${text.form.forkFixed(forked.run)}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-fork-head': ForkHead;
  }
}

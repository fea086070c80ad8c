import { css, html, nothing } from 'lit';
import { LabElement } from '../../../shell/elements/lab-element';
import { shownUnit, valueWithUnit } from '../../../shell/text/values';
import type { Spec } from '../../../types/generated/Spec';
import type { FineTuningText } from '../text/type';
import { ruleOf } from './choices';

/** What was measured under another rule than the one that is written is as quiet as what is of the past. */
export const earlier = css`
  :host([earlier]) {
    display: block;
    filter: grayscale(1);
    opacity: 0.75;
  }

  .note {
    padding-top: var(--space-1);
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .equal {
    color: var(--ink-2);
    font-size: var(--size-note);
  }

  .equal b {
    color: var(--seal-ink);
    font-weight: 600;
  }
`;

/** A part of the lab that speaks of a tournament. */
export abstract class TournamentElement extends LabElement {
  protected get own(): FineTuningText {
    return this.words.lab.own as FineTuningText;
  }

  /** A value of a metric, with its unit. */
  protected valueText(metric: string, value: number, unit: string): string {
    return valueWithUnit(this.words, value, shownUnit(metric, unit));
  }

  /** What was equal when it was measured; where that is no longer what is written, that it is from before. */
  protected renderEqual() {
    const { view } = this.store.runner;
    if (!view) return nothing;
    return html`<p class="equal">${this.isEarlier ? html`<b>${this.own.equal.earlier}</b> ` : nothing}${this.equalOf(view.spec)}</p>`;
  }

  protected override updated(): void {
    this.toggleAttribute('earlier', this.isEarlier);
  }

  private get isEarlier(): boolean {
    const { runner, editor, stale } = this.store;
    return stale && this.equalOf(runner.view!.spec) !== this.equalOf(editor.spec);
  }

  private equalOf(spec: Spec): string {
    const { own, format } = this;
    const { steps, seconds } = spec.base.training;
    const rule = ruleOf(spec);
    return own.equal.says[rule](rule === 'time' ? format.duration(seconds) : format.count(steps));
  }
}

import { css, html, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { greyed } from '../../figures/run-mark';
import { LabElement } from '../lab-element';

/**
 * What is around a figure. Runs that were measured with other settings than those that are written now are grey in it; where all are, all
 * of it is.
 */
@customElement('tinyai-past-part')
export class PastPart extends LabElement {
  static override styles = [
    shared,
    css`
      :host([past]) {
        padding-left: 0.9rem;
        border-left: 4px double var(--rule-strong);
        background: var(--paper);
        filter: grayscale(1);
      }
    `,
  ];

  /** Whether it shows what is written rather than what was measured, and so is never of the past. */
  @property({ type: Boolean }) plans = false;
  /** Whether all of it is of the past. */
  @property({ type: Boolean, reflect: true }) past = false;
  private grey: string[] = [];

  override render() {
    return html`<slot></slot>`;
  }

  protected override willUpdate(): void {
    const { past, runner } = this.store;
    this.past = !this.plans && past.size > 0 && past.size === runner.view?.runs.length;
  }

  protected override updated(_changed: PropertyValues): void {
    const styles = greyed(this.plans ? [] : this.store.past);
    for (const name of this.grey) this.style.removeProperty(name);
    for (const [name, value] of Object.entries(styles)) this.style.setProperty(name, value);
    this.grey = Object.keys(styles);
    const said = this.past ? { role: 'group', 'aria-label': this.text.results.pastFigure } : { role: null, 'aria-label': null };
    for (const [name, value] of Object.entries(said)) {
      if (value === null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-past-part': PastPart;
  }
}

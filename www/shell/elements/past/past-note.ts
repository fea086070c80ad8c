import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../lab-element';

/**
 * Says once which runs were measured with other settings than those that are written now, and lets these be run. It tells with `rerun`
 * that they were: whoever is around moves the focus, since the button goes.
 */
@customElement('tinyai-past-note')
export class PastNote extends LabElement {
  static override styles = [
    shared,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1.2rem;
        padding-top: 0.7rem;
        color: var(--seal-ink);
        font-size: 0.9rem;
      }
    `,
  ];

  override render() {
    const { store } = this;
    const text = this.text.results;
    const runs = store.runner.view?.runs ?? [];
    const names = runs.filter((_, run) => store.past.has(run)).map(({ name }) => name);
    return html`<div role="status">
      ${names.length === 0
        ? nothing
        : html`<p>
            <span>${names.length === runs.length ? text.past : text.pastRuns(names)}</span>
            ${store.readOnly ? nothing : html`<button class="link screen-only" ?disabled=${!store.runnable} @click=${this.rerun}>${text.runAsWritten}</button>`}
          </p>`}
    </div>`;
  }

  private readonly rerun = (): void => {
    this.dispatchEvent(new Event('rerun'));
    void this.store.run();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-past-note': PastNote;
  }
}

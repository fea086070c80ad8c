import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { MOST_COMPARED } from '../choice';
import { LibraryElement } from '../library-element';

/** What can be done with the runs that are chosen; it stays in view. */
@customElement('tinyai-choice-bar')
export class ChoiceBar extends LibraryElement {
  static override styles = [
    shared,
    css`
      :host {
        position: sticky;
        bottom: 0;
        z-index: 2;
      }

      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
        align-items: center;
        padding: var(--space-2) var(--space-3);
        border-top: 2px solid var(--ink);
        background: var(--pane);
      }

      .why {
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      a.primary {
        text-decoration: none;
      }

      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  override render() {
    const { desk, text } = this;
    const { chosen } = desk;
    if (chosen.length === 0) return nothing;
    const entries = [...new Set(chosen.map(({ id }) => id))];
    const why = chosen.length < 2 ? text.compareHint : chosen.length > MOST_COMPARED ? text.tooMany(MOST_COMPARED) : null;
    return html`<div class="bar">
      <span role="status">${text.chosen(chosen.length, entries.length)}</span>
      ${why === null ? html`<a class="primary" href=${desk.href(chosen)} @click=${this.compare}>${text.compare}</a>` : html`<span class="why">${why}</span>`}
      <button class="link" @click=${() => void desk.export(entries, 'tinyai-experiments')}>${text.exportChosen}</button>
      <button class="link" @click=${() => desk.clear()}>${text.clear}</button>
    </div>`;
  }

  private readonly compare = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.desk.compare(this.desk.chosen);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-choice-bar': ChoiceBar;
  }
}

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import type { OrderQuestion } from '../prediction/question';

/** Items to be put into an order; `change` tells that one was moved. */
@customElement('tinyai-order-input')
export class OrderInput extends LabElement {
  static override styles = [
    shared,
    css`
      .end {
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      ol {
        max-width: 30rem;
        margin-block: var(--space-1);
      }

      li {
        display: grid;
        grid-template-columns: 2ch 1fr auto auto;
        gap: var(--space-2);
        align-items: center;
        padding: var(--space-1) var(--space-2);
        border-bottom: 1px solid var(--rule);
      }

      .place {
        color: var(--pencil);
        font-family: var(--heading);
        font-weight: 600;
      }

      button {
        min-width: max(2.2em, var(--target));
        min-height: max(2.2em, var(--target));
        border: 1px solid var(--rule-strong);
        border-radius: var(--corner);
        background: var(--raised);
      }

      button[aria-disabled='true'] {
        color: var(--ink-3);
        border-color: var(--rule);
        cursor: default;
      }
    `,
  ];

  @property({ attribute: false }) question!: OrderQuestion;
  @property({ attribute: false }) value: readonly string[] | null = null;

  /** The order as it stands. */
  get chosen(): readonly string[] {
    return this.value ?? this.question.items.map(({ id }) => id);
  }

  override render() {
    const { question, words, chosen } = this;
    const { language } = words;
    const text = words.messages.lesson.predict;
    const [first, last] = question.ends[language];
    const nameOf = (id: string): string => question.items.find((item) => item.id === id)!.name[language];
    return html`
      <p class="end">${first}</p>
      <ol>
        ${repeat(
          chosen,
          (id) => id,
          (id, i) => html`<li>
            <span class="place" aria-hidden="true">${i + 1}</span>
            <span>${nameOf(id)}<span class="visually-hidden">, ${text.place(i + 1, chosen.length)}</span></span>
            <button aria-label=${text.moveUp(nameOf(id))} aria-disabled=${i === 0} @click=${() => this.move(i, -1)}>↑</button>
            <button aria-label=${text.moveDown(nameOf(id))} aria-disabled=${i === chosen.length - 1} @click=${() => this.move(i, 1)}>↓</button>
          </li>`,
        )}
      </ol>
      <p class="end">${last}</p>
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }

  private said = '';

  private move(at: number, by: number): void {
    const order = [...this.chosen];
    const to = at + by;
    if (to < 0 || to >= order.length) return;
    [order[at], order[to]] = [order[to]!, order[at]!];
    this.value = order;
    const { language, messages } = this.words;
    const name = this.question.items.find(({ id }) => id === order[to])!.name[language];
    this.said = `${name}: ${messages.lesson.predict.place(to + 1, order.length)}`;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-order-input': OrderInput;
  }
}

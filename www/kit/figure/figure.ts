import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';

/**
 * A figure or table with its number and what it shows, as in a book. Slots: its content; `aside`, what it comes to in a word, beside the
 * caption; `actions`, what can be done with it.
 */
@customElement('tinyai-figure')
export class Figure extends KitElement {
  static override styles = [
    shared,
    css`
      .caption {
        overflow-wrap: anywhere;
      }

      ::slotted([slot='actions']) {
        margin-left: auto;
      }

      @media print {
        :host {
          break-inside: avoid;
        }

        ::slotted([slot='actions']) {
          display: none;
        }
      }
    `,
  ];

  /** Such as "Fig. 1"; empty: it has none. */
  @property() number = '';
  @property() heading = '';
  @property() caption = '';

  override render() {
    const { number, heading, caption } = this;
    return html`<figure aria-labelledby="heading">
      <figcaption class="caption">
        ${number === '' ? nothing : html`<span class="number">${number}</span>`}
        <h2 id="heading">${heading}</h2>
        ${caption === '' ? nothing : html`<p>${caption}</p>`}
        <slot name="aside"></slot>
        <slot name="actions"></slot>
      </figcaption>
      <slot></slot>
    </figure>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-figure': Figure;
  }
}

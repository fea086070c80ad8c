import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../base.css';
import '../dialog/dialog';
import type { Dialog } from '../dialog/dialog';
import { KitElement } from '../kit-element';
import { fileName, offerFile } from '../offer-file';
import { EmbedEvent } from './embed-event';
import './figure-menu';
import type { FigureAction } from './figure-menu';

/** What a figure can be saved as; null: not at this moment. */
export interface FigureFiles {
  svg?(): string | null;
  csv?(): string | null;
}

/**
 * A figure or table with its number and what it shows, as in a book. Slots: its content; `aside`, what it comes to in a word, beside the
 * caption; `actions`, what can be done with it. One that has a name has a menu: it can be opened in a dialog of its own, saved as what its
 * `files` make, and embedded, where somebody answers {@link EmbedEvent}.
 */
@customElement('tinyai-figure')
export class Figure extends KitElement {
  static override styles = [
    shared,
    css`
      .caption {
        overflow-wrap: anywhere;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-3);
        align-items: baseline;
        margin-left: auto;
      }

      tinyai-dialog {
        --tinyai-dialog-width: 110rem;
      }

      .alone {
        --chart-height: max(17rem, calc(100dvh - 15rem));
      }

      @media print {
        :host {
          break-inside: avoid;
        }

        .actions {
          display: none;
        }
      }
    `,
  ];

  /** Such as "Fig. 1"; empty: it has none. */
  @property() number = '';
  @property() heading = '';
  @property() caption = '';
  /** In links, embeds and the names of files; empty: the figure has no menu. */
  @property() name = '';
  @property({ attribute: false }) files: FigureFiles = {};

  @state() private alone = false;
  @query('tinyai-dialog') private readonly dialog!: Dialog | null;

  override render() {
    const { number, heading, caption, alone } = this;
    const content = html`<slot></slot>`;
    return html`<figure aria-labelledby="heading">
      <figcaption class="caption">
        ${number === '' ? nothing : html`<span class="number">${number}</span>`}
        <h2 id="heading">${heading}</h2>
        ${caption === '' ? nothing : html`<p>${caption}</p>`}
        <slot name="aside"></slot>
        <span class="actions">
          <slot name="actions"></slot>
          ${this.name === '' ? nothing : html`<tinyai-figure-menu .label=${this.text.figure.menu(heading)} .actions=${this.offered}></tinyai-figure-menu>`}
        </span>
      </figcaption>
      ${alone ? nothing : content}
      ${alone
        ? html`<tinyai-dialog open .heading=${[number, heading].filter(Boolean).join(' ')} @close=${this.shut} @reveal=${() => this.dialog?.close()}>
            <div class="alone">${content}</div>
          </tinyai-dialog>`
        : nothing}
    </figure>`;
  }

  private readonly offered = (): FigureAction[] => {
    const { text, name, files } = this;
    const save = (label: string, make: (() => string | null) | undefined, type: string, ending: string): FigureAction[] =>
      make ? [{ label, take: () => this.save(make(), type, ending) }] : [];
    const embeddable = !this.dispatchEvent(new EmbedEvent(name, true));
    return [
      { label: text.figure.alone, take: () => (this.alone = true) },
      ...save(text.figure.svg, files.svg?.bind(files), 'image/svg+xml', 'svg'),
      ...save(text.figure.csv, files.csv?.bind(files), 'text/csv;charset=utf-8', 'csv'),
      ...(embeddable ? [{ label: text.figure.embed, take: () => void this.dispatchEvent(new EmbedEvent(name)) }] : []),
    ];
  };

  private save(content: string | null, type: string, ending: string): void {
    if (content === null) return;
    offerFile(this.ownerDocument, new Blob([content], { type }), `${fileName(this.heading || this.name)}.${ending}`, { after: (milliseconds, act) => setTimeout(act, milliseconds) });
  }

  private readonly shut = (event: Event): void => {
    // Dialogs in the figure's content tell when they close, too.
    if (event.target === event.currentTarget) this.alone = false;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-figure': Figure;
  }
}

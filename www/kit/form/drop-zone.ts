import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';
import type { GivenFiles, Taking } from './taking-files';

/** Files were dropped or chosen; they have to be read from a drop while this event goes on. */
export class GivenEvent extends Event {
  constructor(readonly given: GivenFiles) {
    super('given');
  }
}

/** A place to drop files and folders on, with buttons that choose some; it tells `given`, and `stop` where reading is to end. Its slot says what is wanted. */
@customElement('tinyai-drop-zone')
export class DropZone extends KitElement {
  static override styles = [
    shared,
    css`
      .zone {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-3);
        border: 1.5px dashed var(--rule-strong);
        border-radius: var(--corner);
        background: var(--pane);
      }

      .zone[data-over] {
        border-color: var(--seal-ink);
        border-style: solid;
        background: var(--wash);
      }

      .ways,
      .taking {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-3);
        align-items: center;
      }

      .taking {
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  /** What the place is called where it is read aloud. */
  @property() label = '';
  @property() accept = '';
  @property({ type: Boolean }) folders = false;
  /** What is being read; null: nothing is. */
  @property({ attribute: false }) taking: Taking | null = null;

  @state() private over = false;
  @query('#files') private readonly files!: HTMLInputElement;
  @query('#folder') private readonly folder!: HTMLInputElement | null;

  override render() {
    const { text, folders, accept, label, over } = this;
    return html`<div class="zone" role="group" aria-label=${label} ?data-over=${over} @dragenter=${this.dragged} @dragover=${this.dragged} @dragleave=${this.left} @drop=${this.dropped}>
      <slot></slot>
      <div class="ways">
        <button type="button" class="link" @click=${() => this.files.click()}>${text.files.choose}</button>
        ${folders ? html`<button type="button" class="link" @click=${() => this.folder!.click()}>${text.files.chooseFolder}</button>` : nothing}
      </div>
      ${this.renderTaking()}
      <input id="files" type="file" hidden multiple tabindex="-1" aria-hidden="true" accept=${accept || nothing} @change=${this.chosen} />
      ${folders ? html`<input id="folder" type="file" hidden webkitdirectory tabindex="-1" aria-hidden="true" @change=${this.chosen} />` : nothing}
    </div>`;
  }

  private renderTaking() {
    const { taking, text } = this;
    if (!taking) return nothing;
    const name = text.files.reading(taking.name);
    return html`<p class="taking">
      <span>${name}</span>
      <progress aria-label=${name} max="1" value=${taking.total ? taking.done / taking.total : nothing}></progress>
      <button type="button" class="link" @click=${() => this.dispatchEvent(new Event('stop'))}>${text.files.stop}</button>
    </p>`;
  }

  private readonly dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.over = true;
  };

  private readonly left = (event: DragEvent): void => {
    // It went to a part of the zone.
    if (event.relatedTarget instanceof Node && (event.currentTarget as Node).contains(event.relatedTarget)) return;
    this.over = false;
  };

  private readonly dropped = (event: DragEvent): void => {
    const { dataTransfer } = event;
    this.over = false;
    if (!dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dispatchEvent(new GivenEvent({ from: 'drop', transfer: dataTransfer }));
  };

  private readonly chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same files may be chosen again.
    input.value = '';
    if (files.length > 0) this.dispatchEvent(new GivenEvent({ from: 'chooser', files }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-drop-zone': DropZone;
  }
  interface HTMLElementEventMap {
    given: GivenEvent;
  }
}

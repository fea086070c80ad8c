import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { shared } from '../../../kit/base.css';
import type { Row } from '../../../shell/library';
import { fileName } from '../../../kit/offer-file';
import { sameRun } from '../choice';
import { LibraryElement } from '../library-element';
import { styles } from './entry-card.css';

/** Somebody wants to delete an entry. */
export class DeleteEvent extends Event {
  constructor(readonly row: Row) {
    super('delete-entry', { bubbles: true, composed: true });
  }
}

/** One experiment of the library. */
@customElement('tinyai-entry')
export class EntryCard extends LibraryElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) row!: Row;

  override render() {
    const { row, text } = this;
    return html`<article aria-label=${row.name}>
      <div>
        <input class="name" maxlength="200" aria-label=${text.nameOf(row.name)} title=${row.name} .value=${live(row.name)} @keydown=${this.keys} @change=${this.rename} />
        <textarea rows="1" aria-label=${text.noteOf(row.name)} placeholder=${text.note} .value=${live(row.note)} @keydown=${this.keys} @change=${this.annotate}></textarea>
      </div>
      ${this.renderRuns(row)} ${this.renderFacts(row)} ${this.renderActions(row)}
    </article>`;
  }

  private renderRuns({ id, name, runs }: Row) {
    const { desk, text } = this;
    return html`<fieldset aria-label=${text.runsOf(name)}>
      ${runs.map((run, i) => {
        const own = { id, run: i };
        const chosen = desk.chosen.some((other) => sameRun(other, own));
        return html`<label>
          <input type="checkbox" .checked=${live(chosen)} @change=${({ target }: Event) => desk.choose([own], (target as HTMLInputElement).checked)} />${run}
        </label>`;
      })}
    </fieldset>`;
  }

  private renderFacts(row: Row) {
    const { text, words } = this;
    const { format } = words;
    const interrupted = this.desk.isInterrupted(row);
    const status = interrupted ? text.interrupted : text.status[row.status === 'paused' ? 'running' : row.status];
    return html`<p class="facts">
      <span class="lab">${this.labName(row.lab)}</span> · ${text.steps(format.count(row.steps))} ·
      <span class="status" ?data-open=${row.status !== 'finished'}>${status}</span>${row.foretold ? html` · <span class="foretold">${text.foretold[row.foretold.outcome?.grade ?? 'open']}</span>` : nothing}<br />
      ${text.begun(format.date(row.created))} · ${format.size(row.bytes)} ${row.unsaved ? html`· <b>${text.unsaved}</b>` : nothing}
    </p>`;
  }

  private renderActions(row: Row) {
    const { desk, text } = this;
    const { id, name, lab } = row;
    const address = this.labAddress(lab, id);
    const interrupted = desk.isInterrupted(row);
    const [open, openWhat] = interrupted ? [text.goOn, text.goOnWith(name)] : [text.open, text.openWhat(name)];
    return html`<p class="actions">
      ${address ? html`<a class="link" href=${address} aria-label=${openWhat}>${open}</a>` : nothing}
      <button class="link" aria-label=${text.duplicateWhat(name)} @click=${() => void desk.duplicate(id)}>${text.duplicate}</button>
      <button class="link" aria-label=${text.exportWhat(name)} @click=${() => void desk.export([id], fileName(name))}>${text.export}</button>
      <button class="link" aria-label=${text.removeWhat(name)} @click=${() => this.dispatchEvent(new DeleteEvent(row))}>${text.remove}</button>
    </p>`;
  }

  /** Enter keeps what was typed, Escape what was there; a note may have several lines. */
  private readonly keys = (event: KeyboardEvent): void => {
    const field = event.target as HTMLInputElement | HTMLTextAreaElement;
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      field.value = field.localName === 'input' ? this.row.name : this.row.note;
      field.blur();
    } else if (event.key === 'Enter' && (field.localName === 'input' || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      field.blur();
    }
  };

  private readonly rename = async ({ target }: Event): Promise<void> => {
    const field = target as HTMLInputElement;
    if (field.value.trim() === this.row.name || (await this.desk.rename(this.row.id, field.value))) return;
    field.value = this.row.name;
  };

  private readonly annotate = ({ target }: Event): void => {
    const { value } = target as HTMLTextAreaElement;
    if (value !== this.row.note) void this.desk.annotate(this.row.id, value);
  };
}

declare global {
  interface HTMLElementEventMap {
    'delete-entry': DeleteEvent;
  }
  interface HTMLElementTagNameMap {
    'tinyai-entry': EntryCard;
  }
}

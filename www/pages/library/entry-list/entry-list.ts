import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { shared } from '../../../kit/base.css';
import { FILE_ENDING } from '../files';
import '../entry-card/entry-card';
import type { DeleteEvent } from '../entry-card/entry-card';
import { LibraryElement } from '../library-element';
import { styles } from './entry-list.css';

/** All experiments, with search, files, and the room that they take. `files` is told with those that were chosen. */
@customElement('tinyai-entry-list')
export class EntryList extends LibraryElement {
  static override styles = [shared, styles];

  @query('input[type=file]') private readonly picker!: HTMLInputElement;
  @query('input[type=search]') private readonly searchField!: HTMLInputElement | null;

  override render() {
    const { desk, text } = this;
    if (!desk.library) return html`<p class="none" role="status">${text.loading}</p>`;
    const empty = desk.all.length === 0;
    return html`
      <input type="file" accept=${FILE_ENDING} hidden @change=${this.picked} />
      ${this.renderTools(empty)} ${this.renderRemoved()}
      ${empty ? this.renderEmpty() : this.renderRows()} ${this.renderSpace(empty)}
    `;
  }

  private renderTools(empty: boolean) {
    const { desk, text, words } = this;
    const { format } = words;
    const all = desk.all.map(({ id }) => id);
    return html`<div class="tools">
      ${empty
        ? nothing
        : html`<input
              type="search"
              aria-label=${text.search}
              placeholder=${text.search}
              .value=${desk.search}
              @input=${({ target }: Event) => desk.setSearch((target as HTMLInputElement).value)}
            />
            <span class="count" role="status">${text.count(format.count(desk.rows.length), format.count(all.length))}</span>`}
      <span class="files">
        <button class="link" @click=${() => this.picker.click()}>${text.import}</button>
        ${empty ? nothing : html`<button class="link" @click=${() => void desk.export(all, 'tinyai-library')}>${text.exportAll}</button>`}
        ${desk.foretold.length === 0 ? nothing : html`<button class="link" @click=${() => void desk.exportPredictions()}>${text.exportPredictions}</button>`}
      </span>
    </div>`;
  }

  /** What was deleted stands on top until it is gone for good. */
  private renderRemoved() {
    const { desk, text } = this;
    return html`<div role="status">
      ${repeat(
        desk.removed,
        ({ id }) => id,
        ({ id, name }) => html`<p class="removed">
          <span>${text.removed(name)}</span>
          <button class="link undo" aria-label=${text.undoWhat(name)} @click=${() => void this.undo(id)}>${text.undo}</button>
        </p>`,
      )}
    </div>`;
  }

  private renderRows() {
    const { desk, text, pages } = this;
    const { rows } = desk;
    if (rows.length === 0) return html`<p class="none">${text.nothingFound(desk.search)}</p>`;
    return html`<ul @delete-entry=${this.deleted}>
      ${repeat(rows, ({ id }) => id, (row) => html`<li><tinyai-entry .desk=${desk} .pages=${pages} .row=${row}></tinyai-entry></li>`)}
    </ul>`;
  }

  private renderEmpty() {
    const { text, words } = this;
    return html`
      <p class="empty">${text.empty}</p>
      <p class="labs">${text.labs} ${this.pages.filter(({ id }) => id !== 'bench' && id !== 'library').map(({ name, href }) => html`<a href=${href}>${name[words.language]}</a>`)}</p>
    `;
  }

  private renderSpace(empty: boolean) {
    const { desk, text, words } = this;
    if (desk.inTabOnly || empty) return nothing;
    const { usage } = desk;
    if (!usage) return html`<p class="space">${text.unknownUse}</p>`;
    return html`<p class="space">
      <span>${text.used(words.format.size(desk.all.reduce((bytes, row) => bytes + row.bytes, 0)))}</span>
      <span role="status">${usage.kept ? text.kept : desk.keepRefused ? text.notGranted : text.mayBeCleared}</span>
      ${usage.kept ? nothing : html`<button class="link" @click=${() => void desk.keep()}>${text.keep}</button>`}
    </p>`;
  }

  /** Whoever deletes by keyboard can undo it there. */
  private readonly deleted = async ({ row }: DeleteEvent): Promise<void> => {
    if (!(await this.desk.remove(row))) return;
    await this.updateComplete;
    [...this.renderRoot.querySelectorAll<HTMLButtonElement>('.undo')].at(-1)?.focus();
  };

  private async undo(id: string): Promise<void> {
    await this.desk.restore(id);
    await this.updateComplete;
    const card = [...this.renderRoot.querySelectorAll('tinyai-entry')].find(({ row }) => row.id === id);
    await card?.updateComplete;
    (card?.renderRoot.querySelector('input') ?? this.searchField)?.focus();
  }

  private readonly picked = (): void => {
    const files = [...(this.picker.files ?? [])];
    this.picker.value = '';
    if (files.length > 0) this.dispatchEvent(new CustomEvent('files', { detail: files }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-entry-list': EntryList;
  }
}

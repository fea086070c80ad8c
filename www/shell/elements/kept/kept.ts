import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/notice/notice';
import type { NoticeAction } from '../../../kit/notice/notice';
import type { StorageProblem } from '../../library';
import { fileName, offerFile } from '../../../kit/offer-file';
import type { Shelf } from '../../store/shelf';
import { LabElement } from '../lab-element';
import { styles } from './kept.css';
import './kept-offers';

/** What the library holds of the lab: what was interrupted, whether what runs is kept, and whose result is shown. */
@customElement('tinyai-kept')
export class Kept extends LabElement {
  static override styles = [shared, styles];

  /** Whether what was interrupted stands elsewhere on the page. */
  @property({ type: Boolean }) apart = false;

  override render() {
    const { shelf } = this.store;
    if (!shelf) return nothing;
    return html`${this.renderProblems(shelf)} ${this.renderStorage(shelf)} ${this.apart ? nothing : html`<tinyai-kept-offers></tinyai-kept-offers>`} ${this.renderState(shelf)}`;
  }

  private renderProblems(shelf: Shelf) {
    if (shelf.problems.length === 0) return nothing;
    const items = shelf.problems.map(({ message }) => ({ message: this.words.message(message) }));
    return html`<tinyai-notice .items=${items} dismissible @dismiss=${() => shelf.dismiss()}></tinyai-notice>`;
  }

  private renderStorage(shelf: Shelf) {
    const { problem, notices } = shelf.storage;
    return html`
      ${problem ? html`<tinyai-notice tone="hint" .items=${[{ message: this.words.of(problem.message) }]} .actions=${this.remedies(shelf, problem)}></tinyai-notice>` : nothing}
      ${notices.map(
        (notice) => html`<tinyai-notice
          tone="hint"
          .items=${[{ message: this.words.of(notice.message) }]}
          dismissible
          @dismiss=${() => shelf.library?.dismiss(notice)}
        ></tinyai-notice>`,
      )}
    `;
  }

  private remedies(shelf: Shelf, { reason }: StorageProblem): NoticeAction[] {
    const text = this.text.kept;
    const again = { label: text.tryAgain, take: () => void shelf.library?.retry() };
    const elsewhere = (this.store.keeper?.entry ?? null) === null ? [] : [{ label: text.exportThis, take: () => void this.export(shelf) }];
    return reason === 'newer' || reason === 'forbidden' ? elsewhere : [again, ...elsewhere];
  }

  private renderState(shelf: Shelf) {
    const { saving, shown } = shelf;
    const text = this.text.kept;
    const { libraryHref } = this.store;
    return html`<p class="state">
      ${shown ? html`<span>${text.shown(shown.name, this.format.date(shown.created))}</span>` : this.renderSaving(shelf, saving)}
      ${libraryHref ? html`<a class="link" href=${libraryHref}>${text.library}</a>` : nothing}
    </p>`;
  }

  private renderSaving(shelf: Shelf, saving: Shelf['saving']) {
    const text = this.text.kept;
    if (!saving) return nothing;
    if (saving.kept) return html`<span>${text.saved(this.format.date(saving.at))}</span>`;
    const { problem } = shelf.storage;
    if (saving.why === null && !problem) return html`<span>${text.saving}</span>`;
    return html`
      <span>${problem ? text.notSaved : text.thisTabOnly} ${problem || !saving.why ? nothing : this.words.of(saving.why)}</span>
      ${problem ? nothing : html`<button class="link" @click=${() => void this.export(shelf)}>${text.exportThis}</button>`}
    `;
  }

  private async export({ library }: Shelf): Promise<void> {
    const { keeper, clock } = this.store;
    const entry = keeper?.entry ?? null;
    if (!library || entry === null) return;
    const { name } = await library.get(entry);
    offerFile(this.ownerDocument, await library.export([entry]), `${fileName(name)}.tinyai`, clock);
  }
}

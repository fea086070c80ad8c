import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { NoticeItem } from '../../../kit/notice/entries';
import '../../../kit/notice/notice';
import type { NoticeAction, RevealEvent } from '../../../kit/notice/notice';
import type { Problem } from '../../../types/generated/Problem';
import { LabElement } from '../lab-element';
import { styles } from './problem-banner.css';

/** Everything that is wrong, each with a way to its field; and a link that could not be read, with its text to copy. */
@customElement('tinyai-problems')
export class Problems extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const items = this.store.problems.map((problem) => this.item(problem));
    return html`
      ${this.renderLink()} ${items.length === 0 ? nothing : this.renderNotice('problem', items, this.actions())} ${this.renderHints()}
    `;
  }

  private item({ message, field, run }: Problem): NoticeItem {
    return {
      message: this.words.of(message),
      ...(field == null ? {} : { field: field.replace(/^base\./, '') }),
      ...(run == null ? {} : { run }),
    };
  }

  private renderNotice(tone: 'problem' | 'hint', items: NoticeItem[], actions: NoticeAction[] = []) {
    return html`<tinyai-notice
      .tone=${tone}
      .items=${items}
      .actions=${actions}
      .labelOf=${(path: string) => this.words.field(path)?.label}
      .optionOf=${this.words.option}
      @reveal=${this.turn}
    ></tinyai-notice>`;
  }

  private actions(): NoticeAction[] {
    const { store } = this;
    return store.crashed ? [{ label: this.text.control.freshEngine, take: () => void store.run() }] : [];
  }

  /** Shows the form of the run before the page looks for the field there. */
  private readonly turn = ({ path, run }: RevealEvent): void => {
    const { editor } = this.store;
    editor.select(editor.tabOf(path, run));
  };

  /** What makes this page slower than it could be. */
  private renderHints() {
    const { environment } = this.store;
    if (!environment || environment.variant.startsWith('threads')) return nothing;
    const { status } = this.text;
    return this.renderNotice('hint', [{ message: environment.isolated ? status.noThreadsWhy : status.notIsolatedWhy }]);
  }

  private renderLink() {
    const { editor } = this.store;
    const link = editor.brokenLink;
    if (!link) return nothing;
    const text = this.text.problems;
    const what = { cut_off: text.linkCut, not_base64: text.linkUnreadable, refused: text.linkRefused }[link.reason];
    const items = [{ message: what }, ...link.problems.map((problem) => ({ message: this.words.message(problem.message) }))];
    return html`<tinyai-notice .items=${items} dismissible @dismiss=${() => editor.dismissLink()}>
      ${link.detail ? this.renderText(text.linkDecoded, link.detail) : nothing} ${this.renderText(text.linkText, link.text)}
    </tinyai-notice>`;
  }

  private renderText(label: string, value: string) {
    return html`<label class="text">${label}<textarea readonly rows="2" .value=${value}></textarea></label>`;
  }
}

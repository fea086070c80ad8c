import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';
import { entries, type NoticeEntry, type NoticeItem } from './entries';
import { styles } from './notice.css';
import { renderReferences } from './references';

/** Something that can be done about it. */
export interface NoticeAction {
  label: string;
  take(): void;
  /** Whether it is what is most likely wanted. */
  primary?: boolean;
}

/** Somebody wants to see a field; `run`: in that run. */
export class RevealEvent extends Event {
  constructor(
    readonly path: string,
    readonly run: string | null,
  ) {
    super('reveal', { bubbles: true, composed: true });
  }
}

/**
 * What is wrong, each thing with a way to its field, and ways out of it. Problems are said aloud at once, hints when there is time. What
 * else there is to show goes into its slot. `dismiss` is told when it is put away, and whoever uses it does so.
 */
@customElement('tinyai-notice')
export class Notice extends KitElement {
  static override styles = [shared, styles];

  @property() tone: 'problem' | 'hint' = 'problem';
  @property() heading = '';
  @property({ attribute: false }) items: readonly NoticeItem[] = [];
  @property({ attribute: false }) actions: readonly NoticeAction[] = [];
  @property({ type: Boolean }) dismissible = false;
  /** Names of fields and of their values, in the page's language. */
  @property({ attribute: false }) labelOf: (path: string) => string | undefined = () => undefined;
  @property({ attribute: false }) optionOf: (path: string, option: string) => string | undefined = () => undefined;

  override render() {
    const { tone, heading, items } = this;
    // The ways out are said along with what is wrong.
    return html`<div class="box" data-tone=${tone} role=${tone === 'problem' ? 'alert' : 'status'} aria-atomic="false">
      ${heading === '' ? nothing : html`<p class="heading">${heading}</p>`}
      ${items.length === 0 ? nothing : html`<ul>${entries(items).map((entry) => this.renderEntry(entry))}</ul>`}
      <slot></slot>
      ${this.renderActions()}
    </div>`;
  }

  private renderEntry({ message, field, runs }: NoticeEntry) {
    const label = field === undefined ? undefined : (this.labelOf(field) ?? field);
    const where = runs.length === 0 ? '' : this.text.notice.inRuns(runs);
    return html`<li>
      ${label !== undefined
        ? html`<button class="link at" type="button" @click=${() => this.reveal(field!, runs)}>${[label, where].filter(Boolean).join(' ')}</button>`
        : runs.length > 0
          ? html`<span class="at">${runs.join(', ')}</span>`
          : nothing}
      ${renderReferences(message, this.labelOf, this.optionOf).map((part) =>
        part.kind === 'field'
          ? html`<button class="link" type="button" @click=${() => this.reveal(part.path, runs)}>${part.text}</button>`
          : part.kind === 'option'
            ? html`<span class="option">${part.text}</span>`
            : part.text,
      )}
    </li>`;
  }

  private renderActions() {
    const { actions, dismissible } = this;
    if (actions.length === 0 && !dismissible) return nothing;
    return html`<div class="actions">
      ${actions.map(({ label, take, primary }) => html`<button type="button" class=${primary ? 'primary' : 'link'} @click=${() => take()}>${label}</button>`)}
      ${dismissible ? html`<button type="button" class="link" @click=${() => this.dispatchEvent(new Event('dismiss'))}>${this.text.notice.dismiss}</button>` : nothing}
    </div>`;
  }

  private reveal(path: string, runs: readonly string[]): void {
    this.dispatchEvent(new RevealEvent(path, runs[0] ?? null));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-notice': Notice;
  }
  interface HTMLElementEventMap {
    reveal: RevealEvent;
  }
}

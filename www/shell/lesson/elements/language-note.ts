import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import { valueText } from '../../text/values';

/** Says that model and text are those of another language than the page's, and lets the experiment of the page's begin. It tells with `begun` that it did: the button goes. */
@customElement('tinyai-language-note')
export class LanguageNote extends LabElement {
  static override styles = [
    shared,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1.2rem;
        padding-top: 0.7rem;
        color: var(--seal-ink);
        font-size: 0.9rem;
      }
    `,
  ];

  override render() {
    const { store, words } = this;
    const { lessons } = store;
    const text = this.text.lesson.run;
    if (!lessons || lessons.experimentLanguage === words.language) return html`<div role="status"></div>`;
    const { model, data } = store.editor.spec.base;
    const read = valueText(words, 'data.corpus', data.corpus);
    const what = model.base === 'new' ? read : `${valueText(words, 'model.base', model.base)} → ${read}`;
    return html`<div role="status">
      <p>
        <span>${text.ofOther(what)}</span>
        ${store.readOnly ? nothing : html`<button class="link screen-only" @click=${this.begin}>${text.beginInOwn}</button>`}
      </p>
    </div>`;
  }

  private readonly begin = (): void => {
    this.dispatchEvent(new Event('begun'));
    void this.store.lessons!.beginInOwn();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-language-note': LanguageNote;
  }
}

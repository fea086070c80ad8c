import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import type { ChoiceQuestion } from '../prediction/question';
import { blocks } from './blocks.css';

/** One of several; `change` tells which. */
@customElement('tinyai-choice-input')
export class ChoiceInput extends LabElement {
  static override styles = [shared, blocks];

  @property({ attribute: false }) question!: ChoiceQuestion;
  @property({ attribute: false }) value: string | null = null;

  override render() {
    const { language } = this.words;
    return html`<fieldset>
      ${this.question.options.map(
        ({ id, text }) => html`<label class="option">
          <input type="radio" name="option" .checked=${this.value === id} @change=${() => this.choose(id)} />
          <span>${text[language]}</span>
        </label>`,
      )}
    </fieldset>`;
  }

  private choose(id: string): void {
    this.value = id;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-choice-input': ChoiceInput;
  }
}

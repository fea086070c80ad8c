import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import { blocks } from './blocks.css';

/** One question at the end of a lesson; each answer says why it is right or is not. */
@customElement('tinyai-check-block')
export class CheckBlock extends LabElement {
  static override styles = [
    shared,
    blocks,
    css`
      .ask {
        max-width: 40em;
        padding-block: var(--space-2);
        font-family: var(--serif);
        font-size: calc(1.15 * var(--unit));
      }

      .because {
        max-width: 44em;
        margin-top: var(--space-2);
        padding: var(--space-2) var(--space-3);
        border-left: 3px solid var(--rule-strong);
        line-height: 1.6;
      }

      .because[data-right] {
        border-color: var(--ink);
      }
    `,
  ];

  override render() {
    const { lessons } = this.store;
    const lesson = lessons?.current;
    if (!lesson || !lessons) return nothing;
    const text = this.text.lesson.check;
    const { language } = this.words;
    const { checked } = lessons.note(lesson);
    const option = checked === null ? undefined : lesson.check.options[checked];
    return html`<section aria-labelledby="heading">
      <h2 id="heading" tabindex="-1">${text.heading}</h2>
      <fieldset aria-labelledby="ask">
        <p class="ask" id="ask">${lesson.check.ask[language]}</p>
        ${lesson.check.options.map(
          ({ text: answer }, i) => html`<label class="option">
            <input type="radio" name="check" .checked=${checked === i} @change=${() => lessons.check(i)} />
            <span>${answer[language]}</span>
          </label>`,
        )}
      </fieldset>
      <div role="status">
        ${option ? html`<p class="because" ?data-right=${option.right}><b>${option.right ? text.right : text.wrong}</b>${language === 'zh' ? nothing : ' '}${option.because[language]}</p>` : nothing}
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-check-block': CheckBlock;
  }
}

import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import { DrawnBySignals } from '../../kit/signals/drawn-by-signals';
import type { PageFrame } from '../frame';
import { FRAME_TEXT } from '../text';

/** The foot of every page: the pages that few come for, and what becomes of what one does here. */
@customElement('tinyai-site-footer')
export class SiteFooter extends LitElement {
  static override styles = [
    shared,
    css`
      footer {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-4);
        max-width: 84rem;
        margin: 0 auto;
        padding: var(--space-4) clamp(1rem, 2.6vw, 3rem);
        border-top: 1px solid var(--rule);
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      p {
        flex: 1 1 20rem;
      }

      a {
        display: inline-flex;
        align-items: center;
        min-height: var(--target);
      }

      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  /** Given once. */
  @property({ attribute: false }) frame!: Pick<PageFrame, 'language' | 'foot'>;

  private readonly signals = new DrawnBySignals(this);

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  override render() {
    const language = this.frame.language.current;
    const text = FRAME_TEXT[language];
    return html`<footer>
      <p>${text.private}</p>
      <nav aria-label=${text.more}>${this.frame.foot.map(({ href, name }) => html`<a class="link" href=${href}>${name[language]}</a> `)}</nav>
    </footer>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-site-footer': SiteFooter;
  }
}

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import { GLOSSARY, type Entry, type TermName } from './index';
import { placeCard } from './place';
import { styles } from './term.css';

/** Milliseconds until a pointer that rests on a term opens its card. */
const REST = 120;

/** A term of the glossary in a sentence; its card opens on hover, focus or tap, and closes on Escape. A name that there is none of is plain text. */
@customElement('tinyai-term')
export class Term extends LabElement {
  static override styles = [shared, styles];

  /** What the glossary calls it. */
  @property() name!: TermName;

  @state() private open = false;
  @query('.term') private readonly anchor!: HTMLElement;
  @query('.card') private readonly card!: HTMLElement;
  private resting: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('pointerenter', this.enter);
    this.addEventListener('pointerleave', this.leave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('pointerenter', this.enter);
    this.removeEventListener('pointerleave', this.leave);
    this.close();
  }

  // Written without spaces around it: it stands before commas.
  override render() {
    const entry: Entry | undefined = GLOSSARY[this.name];
    if (!entry) return html`<slot></slot>`;
    const { language } = this.words;
    return html`<span class="term" role="button" tabindex="0" aria-expanded=${this.open} aria-describedby="card" @focus=${this.show} @blur=${this.close} @click=${this.show} @keydown=${this.key}
        ><slot></slot></span
      ><span class="card" id="card" role="tooltip" ?hidden=${!this.open}
        ><b>${entry.term[language]}</b>${entry.means[language]}<small>${this.text.lesson.nav.section(entry.section)}</small></span
      >${nothing}`;
  }

  protected override updated(_changed: PropertyValues): void {
    if (this.open) this.place();
  }

  private readonly enter = (event: PointerEvent): void => {
    if (event.pointerType !== 'mouse') return;
    clearTimeout(this.resting);
    this.resting = setTimeout(this.show, REST);
  };

  private readonly leave = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && !this.matches(':focus-within')) this.close();
  };

  private readonly show = (): void => {
    this.open = true;
    // Escape closes it wherever the focus is, and does nothing else then.
    document.addEventListener('keydown', this.escape, true);
  };

  private readonly close = (): void => {
    clearTimeout(this.resting);
    this.open = false;
    document.removeEventListener('keydown', this.escape, true);
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (this.open) this.close();
    else this.show();
  };

  /** From where it lies by itself, the card is moved to where all of it can be seen. */
  private place(): void {
    const { anchor, card } = this;
    card.style.transform = 'none';
    const from = card.getBoundingClientRect();
    const view = document.documentElement;
    // A term may be broken into two lines: the card belongs to the first.
    const term = anchor.getClientRects()[0] ?? anchor.getBoundingClientRect();
    const { left, top } = placeCard(term, from, { width: view.clientWidth, height: view.clientHeight });
    card.style.transform = `translate(${left - from.left}px, ${top - from.top}px)`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-term': Term;
  }
}

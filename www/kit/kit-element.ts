import { consume } from '@lit/context';
import { LitElement } from 'lit';
import { property, state } from 'lit/decorators.js';
import { KIT_EN, kitText, type KitText } from './text/text';

/** What every component of the kit is: it has its own look, and speaks the language of the page around it. */
export abstract class KitElement extends LitElement {
  /** Set where it is to be light or dark whatever the page or the system is. */
  @property({ reflect: true }) theme?: 'light' | 'dark';

  @consume({ context: kitText, subscribe: true })
  @state()
  protected text: KitText = KIT_EN;
}

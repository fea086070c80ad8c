import { ContextConsumer } from '@lit/context';
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { DrawnBySignals } from '../../kit/signals/drawn-by-signals';
import { wordsContext, type Words } from '../../shell/text/words';
import type { PageLink } from '../frame';
import type { Desk } from './desk';
import type { LibraryText } from './text';

/** A part of the library's page: it shows what the desk knows, and is drawn again when what it has read changes. */
export abstract class LibraryElement extends LitElement {
  @property({ attribute: false }) desk!: Desk;
  /** The pages of the site, labs among them. */
  @property({ attribute: false }) pages: readonly PageLink[] = [];

  private readonly provided = new ContextConsumer(this, { context: wordsContext, subscribe: true });
  private readonly signals = new DrawnBySignals(this);

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  protected get words(): Words {
    return this.provided.value!;
  }

  protected get text(): LibraryText {
    return this.words.lab.own as LibraryText;
  }

  /** Name of a lab as the site calls it. */
  protected labName(lab: string): string {
    return this.pages.find(({ id }) => id === lab)?.name[this.words.language] ?? lab;
  }

  /** Address of an entry in its lab; null where the site no longer has the lab. */
  protected labAddress(lab: string, entry: string): string | null {
    const page = this.pages.find(({ id }) => id === lab);
    return page ? new URL(`?entry=${encodeURIComponent(entry)}`, page.href).href : null;
  }
}

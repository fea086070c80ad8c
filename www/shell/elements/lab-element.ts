import { ContextConsumer } from '@lit/context';
import { LitElement } from 'lit';
import { DrawnBySignals } from '../../kit/signals/drawn-by-signals';
import { labContext, type LabStore } from '../store/lab-store';
import type { Formats } from '../text/format';
import type { Messages } from '../text/messages';
import { wordsContext, type Words } from '../text/words';

/** What an element of a lab reads from the lab that it is in. */
class InLab {
  private readonly storeOf: ContextConsumer<typeof labContext, LitElement>;
  private readonly wordsOf: ContextConsumer<typeof wordsContext, LitElement>;

  constructor(host: LitElement) {
    this.storeOf = new ContextConsumer(host, { context: labContext, subscribe: true });
    this.wordsOf = new ContextConsumer(host, { context: wordsContext, subscribe: true });
  }

  get store(): LabStore {
    return this.storeOf.value!;
  }

  get words(): Words {
    return this.wordsOf.value!;
  }
}

/** A part of a lab: it shows what the lab's store knows, and is drawn again when what it has read changes. */
export abstract class LabElement extends LitElement {
  private readonly inLab = new InLab(this);
  private readonly signals = new DrawnBySignals(this);

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  protected get store(): LabStore {
    return this.inLab.store;
  }

  protected get words(): Words {
    return this.inLab.words;
  }

  protected get text(): Messages {
    return this.words.messages;
  }

  protected get format(): Formats {
    return this.words.format;
  }
}

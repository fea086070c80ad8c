import { consume } from '@lit/context';
import { SignalWatcher } from '@lit-labs/signals';
import { LitElement } from 'lit';
import { state } from 'lit/decorators.js';
import { labContext, type LabStore } from '../store/lab-store';
import type { Formats } from '../text/format';
import type { Messages } from '../text/messages';
import { wordsContext, type Words } from '../text/words';

/** A part of a lab: it shows what the lab's store knows, and is drawn again when what it has read changes. */
export abstract class LabElement extends SignalWatcher(LitElement) {
  @consume({ context: labContext, subscribe: true })
  @state()
  protected store!: LabStore;

  @consume({ context: wordsContext, subscribe: true })
  @state()
  protected words!: Words;

  protected get text(): Messages {
    return this.words.messages;
  }

  protected get format(): Formats {
    return this.words.format;
  }
}

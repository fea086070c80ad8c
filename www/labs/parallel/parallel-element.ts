import { LabElement } from '../../shell/elements/lab-element';
import { ownText } from './text/own';
import type { ParallelMessages } from './text/messages';
import { viewOf, type ParallelView } from './view';

/** A part of this lab. */
export abstract class ParallelElement extends LabElement {
  protected get own(): ParallelMessages {
    return ownText(this.words);
  }

  protected get view(): ParallelView {
    return viewOf(this.store);
  }
}

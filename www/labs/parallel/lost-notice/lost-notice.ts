import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/notice/notice';
import { ParallelElement } from '../parallel-element';

/** A rank that is gone, and the way on. */
@customElement('tinyai-lost-notice')
export class LostNotice extends ParallelElement {
  static override styles = shared;

  override render() {
    const { runner } = this.store;
    const { inTurn } = this.view;
    if (!inTurn?.lost) return nothing;
    const text = this.own.lost;
    const { problem, step, from } = inTurn.lost;
    const message = text.what(this.words.message(problem.message), step, from);
    const index = runner.current!.runs.indexOf(inTurn);
    const goOn = { label: text.goOn(from), primary: true, take: () => runner.recover(index) };
    return html`<tinyai-notice .items=${[{ message }]} .actions=${[goOn]}></tinyai-notice>`;
  }
}
